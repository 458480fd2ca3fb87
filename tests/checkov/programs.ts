import { Container, Database, type ProfileName } from "../../components";
import { openCloud } from "../../components";
import type { ServiceName } from "../../components/cloud";
import { everything } from "../../examples/everything";
import { guestbook } from "../../stacks/guestbook";
import { account } from "../../stacks/account/account";
import { samples } from "../conformance/samples";
import { without } from "../conformance/spy";
import { draw } from "./draw";
import type { Drawn } from "./hcl";
import type { Scanned } from "./scanned";

export const profiles: readonly ProfileName[] = ["dev", "small", "prod"];

/** The programs which are looked at, by name: both examples, every component with little, and each with all that it has. */
export function programs({ cloud: name }: Scanned, profile: ProfileName): ReadonlyMap<string, () => unknown> {
    const services = Object.keys(samples) as ServiceName[];
    const full = (service: ServiceName) => () => {
        const cloud = openCloud(name);
        const lacking = [
            ...Object.keys(cloud.lacks[service] ?? {}),
            ...Object.keys(cloud.lacks.image ?? {}).map((path) => `build.${path}`),
        ];
        const { type: Type, full: args } = samples[service];
        const made = new Type("tried", without(args({ cloud }), lacking) as never, {});
        if (samples[service].variables.length) user(made);
    };
    const whole = () =>
        account({
            email: "you@example.com",
            budget: 200,
            regions: ["eu-central-1", "us-east-1"],
            closeDefaultNetworks: true,
            deployers: [],
            objects: "write",
        });
    return new Map<string, () => unknown>([
        ["guestbook", () => void guestbook()],
        ["everything", () => void everything()],
        ...(name === "aws" && profile === "prod" ? [["account", whole] as const] : []),
        ...services.map((service) => {
            const { type: Type, least } = samples[service];
            return [`${service}-least`, () => void new Type("tried", least() as never, {})] as const;
        }),
        // The arguments are the same at each profile: once is enough.
        ...(profile === "prod" ? services.map((service) => [`${service}-full`, full(service)] as const) : []),
        ["mysql", () => user(new Database("tried", { engine: "mysql", size: "medium" }))],
        ["redis", () => user(new Database("tried", { engine: "redis" }))],
        ...(openCloud(name).lacks.database?.["size=serverless"] === undefined
            ? [["serverless", () => user(new Database("tried", { engine: "postgres", size: "serverless" }))] as const]
            : []),
    ]);
}

/** Somebody who uses it, so that links are looked at too. */
function user(component: object): void {
    new Container("user", { build: "./app", uses: [component as Database] });
}

/** What a program makes on a cloud. */
export function drawn(scanned: Scanned, profile: ProfileName, body: () => unknown): Promise<Drawn[]> {
    const settings = { "mvi:cloud": scanned.cloud, "mvi:profile": profile };
    return draw(scanned, { ...settings, "everything:token": "token", "everything:domain": "example.com" }, body);
}

// examples/everything is for reading, and what each cloud's own provider is tried with: it says that it leaves nothing out.
import { expect } from "chai";
import * as path from "node:path";
import type { AnyService } from "../../components/component";
import type { Fields } from "../../components/shape";
import { everything } from "../../examples/everything";
import { samples } from "../conformance/samples";
import { answerOf, configOf, outputsOf } from "../support/instant/clouds";
import { run } from "../support/mocks";

// No container engine is needed to see what would be built.
process.env.DOCKER_HOST ??= "tcp://builder.example:2376";

/** What only its reader can have. */
const config = {
    "everything:token": "token",
    "everything:material": Buffer.alloc(32, 7).toString("base64"),
    "everything:listen": "9001",
    "everything:domain": "example.com",
    "everything:certificate": "arn:aws:acm:eu-central-1:123456789012:certificate/own",
    "everything:subscriber": "https://logs.example.com/in",
    "everything:machineImage": "ami-0123456789abcdef0",
    "everything:existingNetwork": "vpc-0123456789abcdef0",
    "everything:restoreFrom": "rds:before",
};

describe("examples/everything", () => {
    it("gives every argument of every component, at least once", async () => {
        const services = Object.keys(samples).map(serviceOf);
        const missing = new Set(services.flatMap((service) => Object.keys(service.fields("prod")).map(named(service))));
        const all = missing.size;
        const before = services.map((service) => service.fields);
        for (const service of services)
            Object.assign(service, { fields: watched(service, (argument) => missing.delete(argument)) });
        try {
            for (const cloud of ["local", "aws", "gcp"] as const) await declare(cloud);
        } finally {
            services.forEach((service, index) => Object.assign(service, { fields: before[index] }));
        }
        expect(all).to.be.greaterThan(100);
        expect([...missing]).to.deep.equal([]);
    }).timeout(60_000);
});

/** What is built elsewhere: a container engine is asked for it, and local has none. */
const elsewhere = { "everything:imageReference": `ghcr.io/example/app@sha256:${"0".repeat(64)}` };

/** Declares all of it on a cloud: what that one lacks is left out there, and given on another. */
async function declare(cloud: keyof typeof configOf) {
    let declared = false;
    try {
        await run(
            {
                config: { ...configOf[cloud], ...config, ...(cloud === "local" ? {} : elsewhere) },
                outputs: (type, name, inputs) => outputsOf({ type, name, inputs }),
                calls: answerOf,
            },
            () => {
                everything();
                declared = true;
            },
        );
    } catch (error) {
        // No network is there for drivers to look at; the arguments are read by then.
        if (!declared) throw error;
    }
}

/** The very service that the example's package has. */
function serviceOf(name: string): AnyService {
    const file = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const module = require(path.join(path.dirname(require.resolve("pulumi-mvi")), file)) as Record<string, AnyService>;
    return module[`${name}Service`];
}

const named =
    ({ type }: AnyService) =>
    (argument: string) =>
        `${type}.${argument}`;

/** Its fields, which say what they are given. */
function watched(service: AnyService, seen: (argument: string) => void): AnyService["fields"] {
    const { fields } = service;
    return (profile) =>
        Object.fromEntries(
            Object.entries(fields(profile) as Fields<Record<string, unknown>>).map(([argument, field]) => [
                argument,
                (given: unknown, at: never) => {
                    if (given !== undefined) seen(named(service)(argument));
                    return field(given, at);
                },
            ]),
        ) as never;
}

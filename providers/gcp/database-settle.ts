/** A job within the network that makes a database's users: only from there it is reached, and only SQL says what a user may do. */

import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import type { Site } from "../../components/site";
import { names, ports, type SqlEngine } from "./database-engine";
import { mysqlScript, postgresScript } from "./database-scripts";
import type { Server } from "./database-users";
import { encryptionKey } from "./encryption";
import type { Statement } from "./grants";
import { deletion } from "./guard";
import { labels } from "./labels";
import { linesOf, speaks } from "./last-words";
import { unique } from "./names";
import { connections, tagOf } from "./network-firewall";
import { projectOf } from "./project";
import { role } from "./role";
import { secretVersion } from "./secret";
import { jsonOf } from "../together";

/** The engines' own programs, from whom makes them: each speaks with every version that is offered. */
const images = { postgres: "docker.io/library/postgres:18", mysql: "docker.io/library/mysql:8.4" } as const;

interface Held {
    /** `projects/…/secrets/…` */
    readonly secret: pulumi.Output<string>;
    /** `projects/…/secrets/…/versions/1` */
    readonly version: pulumi.Output<string>;
}

export interface SettleArgs {
    readonly access: "write" | "read";
    readonly admin: Held;
    readonly password: Held;
}

/** It runs when it is made, and again with another password or another server; the deployment waits for it, and fails with it. */
export function settle(site: Site, engine: SqlEngine, server: Server, { access, admin, password }: SettleArgs) {
    const { endpoint, network } = server;
    const instance = names[access];
    const reads = (to: string, { secret }: Held): Statement => ({
        to,
        role: "roles/secretmanager.secretAccessor",
        on: { secret },
    });
    const own = role(site, "account", {
        description: `Makes the user ${instance} of the database`,
        may: [reads(`${site.name}-admin`, admin), reads(`${site.name}-password`, password)],
        instance,
    });
    const ways = connections(
        site,
        network,
        [{ to: site.name, ranges: [pulumi.interpolate`${endpoint.address}/32`], port: ports[engine] }],
        instance,
    );
    const encryption = encryptionKey(site, undefined, "run");
    const secret = (name: string, { version }: Held) => {
        const of = secretVersion(version);
        const short = of.secret.apply((whole) => whole.split("/").pop()!);
        return { name, valueSource: { secretKeyRef: { secret: short, version: of.version } } };
    };
    const script = engine === "postgres" ? postgresScript(access) : mysqlScript(access);
    const template = {
        containers: [
            {
                name: "settle",
                image: images[engine],
                commands: ["/bin/sh", "-c", script],
                envs: [
                    { name: "DB_HOST", value: endpoint.host },
                    { name: "DB_PORT", value: `${ports[engine]}` },
                    secret("ADMIN_PASSWORD", admin),
                    secret("USER_PASSWORD", password),
                ],
                resources: { limits: { cpu: "1", memory: "512Mi" } },
            },
        ],
        serviceAccount: own.email,
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
        encryptionKey: encryption.name,
        vpcAccess: {
            egress: network.runEgress,
            networkInterfaces: [{ network: network.network, subnetwork: network.subnet, tags: [tagOf(site)] }],
        },
        timeout: "600s",
        maxRetries: 2,
    };
    const name = unique(site, "user", 49, instance);
    const made = site.make(
        "userMade",
        cloudrunv2.Job,
        {
            name,
            location: projectOf(site).region,
            runExecutionToken: tokenOf(template),
            template: { labels: labels(site), taskCount: 1, parallelism: 1, template },
            labels: labels(site),
            deletionProtection: false,
            ...deletion({ settings: { ...site.settings, protect: false } }),
        },
        {
            instance,
            dependsOn: [...own.policies, ...ways, ...encryption.ready, ...endpoint.ready],
            deleteBeforeReplace: true, // Its name is its own.
            customTimeouts: { create: "40m", update: "40m" },
        },
    );
    speaks(site, made, { filter: linesOf("cloud_run_job", name) });
    return made;
}

/** The same for the same server and password: eight characters, which name the run. */
function tokenOf(template: object): pulumi.Output<string> {
    const whole = pulumi.unsecret(jsonOf(template));
    return whole.apply((text) => createHash("sha256").update(text).digest("hex").slice(0, 8));
}

/** Who may log in to a database of SQL: one user who owns its data, one who reads it, each known to nobody but by its secrets. */

import * as pulumi from "@pulumi/pulumi";
import type * as sql from "@pulumi/gcp/sql";
import type { DatabaseSpec } from "../../components/database";
import type { Access, Grant } from "../../components/link";
import type { Site } from "../../components/site";
import type { Endpoint } from "./database-endpoint";
import { engineOf, names, ports, type SqlEngine } from "./database-engine";
import { keepAdmin, kept, type Kept, keepUser, type UserSecrets } from "./database-keep";
import { type Place, secretOf } from "./database-place";
import { settle } from "./database-settle";
import type { Permit } from "./grants";
import type { GcpNetwork } from "./network";
import { projectOf } from "./project";

/** Server is a database which is there, or will be. */
export interface Server {
    readonly place: Place;
    readonly endpoint: Endpoint;
    readonly server: sql.DatabaseInstance;
    readonly network: GcpNetwork;
}

/** What those get who use a database: the user's secrets by reference, and a way to it. Users are made when the first link asks. */
export function accounts(site: Site, spec: DatabaseSpec, server: Server) {
    const made = new Map<"write" | "read", ReturnType<typeof userOf>>();
    let admin: ReturnType<typeof adminOf> | undefined;
    const engine = engineOf(spec);
    return (access: readonly Access[]): Grant => {
        const kind = access.includes("write") ? "write" : "read";
        admin ??= adminOf(site, server);
        const user = made.get(kind) ?? userOf(site, server, engine, kind, admin);
        made.set(kind, user);
        const { host, address } = server.endpoint;
        return {
            env: { HOST: host, PORT: `${ports[engine]}`, NAME: names.database, USER: names[kind] },
            secrets: { URL: user.url, PASSWORD: user.password },
            permits: [
                {
                    role: user.secrets.map((secret) => ({
                        to: secret.to,
                        role: "roles/secretmanager.secretAccessor",
                        on: { secret: secret.id },
                    })),
                    connect: [{ to: site.name, ranges: [pulumi.interpolate`${address}/32`], port: ports[engine] }],
                } satisfies Permit,
            ],
        };
    };
}

/** The administrator, as whom nobody logs in but the job that makes users. */
function adminOf(site: Site, { place, server }: Server) {
    const secret = secretOf(site, place, names.admin);
    const instance = pulumi.interpolate`projects/${projectOf(site).id}/instances/${server.name}`;
    const version = kept(site, pulumi.all({ instance, secret: secret.id, settled: server.id }), {
        make: (ask, { instance: whole, secret: id }) =>
            keepAdmin(ask, { instance: whole, user: names.admin, secret: id }),
        mocked: ({ secret: id }) => `${id}/versions/1`,
        look: ({ secret: id }) => id,
    });
    return { secret: secret.id, version };
}

function userOf(
    site: Site,
    server: Server,
    engine: SqlEngine,
    access: "write" | "read",
    admin: { secret: pulumi.Output<string>; version: pulumi.Output<string> },
) {
    const user = names[access];
    const { place, endpoint } = server;
    const password = secretOf(site, place, `${user}-password`);
    // What is in it stays: by another way the server has another name.
    const url = secretOf(site, place, endpoint.by === "peering" ? `${user}-url-peering` : `${user}-url`);
    const known = pulumi.output({ password: password.id, url: url.id, host: endpoint.host });
    const versions = kept<{ password: string; url: string; host: string }, Kept>(site, known, {
        make: (ask, { host, ...secrets }) => keepUser(ask, secrets, (text) => urlOf(engine, user, text, host)),
        mocked: firstOf,
        look: (secrets) => secrets,
    });
    const settled = settle(site, engine, server, {
        access,
        admin,
        password: { secret: password.id, version: versions.password },
    });
    // What uses it starts when its user is there.
    const ready = (version: pulumi.Output<string>) => pulumi.all([version, settled.id]).apply(([name]) => name);
    return {
        password: ready(versions.password),
        url: ready(versions.url),
        secrets: [
            { to: `${site.name}-password`, id: password.id },
            { to: `${site.name}-url`, id: url.id },
        ],
    };
}

/** The versions of two secrets in which nothing has been. */
export function firstOf({ password, url }: UserSecrets): Kept {
    return { password: `${password}/versions/1`, url: `${url}/versions/1` };
}

/** Over TLS always; how far the server is checked is left to the app, which may have no authority of Google's at hand. */
export function urlOf(engine: SqlEngine, user: string, password: string, host: string): string {
    const mode = engine === "postgres" ? "sslmode=require" : "ssl-mode=REQUIRED";
    return `${engine}://${user}:${password}@${host}:${ports[engine]}/${names.database}?${mode}`;
}

import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { Answered, Mend } from "../aws/gateway";

/** What a regional backend service says of itself. */
interface Backends {
    readonly loadBalancingScheme?: string;
    readonly backends?: Record<string, unknown>[];
    readonly items?: Backends[];
}

/** Where connections pass through, a backend has no share of what it can take: Google refuses one, and says none. */
export const passing: Mend = async (_, forward) => {
    const own = ({ loadBalancingScheme: scheme, backends = [] }: Backends) => {
        if (scheme === "INTERNAL" || scheme === "EXTERNAL") for (const one of backends) delete one.capacityScaler;
    };
    return changed(await forward(), (answer: Backends) => [answer, ...(answer.items ?? [])].forEach(own));
};

/** A version of a key whose material was brought. */
interface Version {
    readonly name: string;
    readonly importJob: string;
    state: string;
}

/** Keys whose material is brought: a job's public key with which something can be encrypted, and versions of what comes so. */
export function importedKeys(): Mend {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 3072 });
    const pem = publicKey.export({ type: "spki", format: "pem" }) as string;
    const all = new Map<string, Version[]>();
    return ({ method, path, body }, forward) => {
        const [, whole, rest = ""] = /^\/cloudkms\/v1\/([^?:]*\/cryptoKeys\/[^/?:]+)([^?]*)/.exec(path) ?? [];
        const of = all.get(whole) ?? [];
        if (path.includes("/importJobs"))
            return forward().then((answer) =>
                changed(answer, (job: { publicKey?: { pem: string } }) => {
                    if (job.publicKey && !isKey(job.publicKey.pem)) job.publicKey.pem = pem;
                }),
            );
        if (rest === "/cryptoKeyVersions:import") {
            const { importJob } = JSON.parse(body.toString()) as Pick<Version, "importJob">;
            const made = { name: `${whole}/cryptoKeyVersions/${of.length + 1}`, importJob, state: "ENABLED" };
            all.set(whole, [...of, made]);
            return Promise.resolve(json(made));
        }
        if (!of.length) return undefined;
        if (rest === ":updatePrimaryVersion") return Promise.resolve(json({ name: whole, primary: of.at(-1) }));
        if (rest === "" && method === "GET")
            return forward().then((answer) =>
                changed(answer, (key: { primary?: Version }) => (key.primary = of.at(-1))),
            );
        if (rest === "/cryptoKeyVersions") return Promise.resolve(json({ cryptoKeyVersions: of }));
        const version = of.find(({ name }) => rest.startsWith(name.slice(whole.length)));
        if (!version) return undefined;
        if (rest.endsWith(":destroy")) version.state = "DESTROY_SCHEDULED";
        return Promise.resolve(json(version));
    };
}

function isKey(pem: string): boolean {
    try {
        createPublicKey(pem);
        return true;
    } catch {
        return false;
    }
}

/** A service of Cloud Endpoints, as far as it gives an address a name. */
interface Endpoint {
    readonly service: { readonly serviceName: string; readonly producerProjectId: string };
    config?: Record<string, unknown>;
}

interface OpenApi {
    readonly info: { readonly title: string };
    readonly "x-google-endpoints"?: readonly { readonly name: string; readonly target?: string }[];
}

/** Cloud Endpoints: services, each with its newest configuration. */
export function endpoints(): Mend {
    const all = new Map<string, Endpoint>();
    return ({ method, path, body }) => {
        const [, name, , verb = ""] = /\/services(?:\/([^/:?]+))?(\/|:)?([a-zA-Z:/]*)/.exec(path) ?? [];
        const given = () => JSON.parse(body.toString()) as never;
        if (name === undefined) {
            const service = given() as Endpoint["service"];
            all.set(service.serviceName, { service });
            return Promise.resolve(done(service));
        }
        const found = all.get(name);
        if (!found) return Promise.resolve(json({ error: { code: 404, message: `no ${name}` } }, 404));
        if (method === "DELETE") {
            all.delete(name);
            return Promise.resolve(done({}));
        }
        if (verb.startsWith("configs:submit")) {
            found.config = configOf(found, given());
            return Promise.resolve(done({ serviceConfig: found.config }));
        }
        if (verb.startsWith("rollouts")) return Promise.resolve(done(given()));
        return Promise.resolve(json(verb.startsWith("config") ? (found.config ?? {}) : found.service));
    };
}

function configOf(
    { service, config }: Endpoint,
    { configSource }: { configSource: { files: { fileContents: string }[] } },
): Record<string, unknown> {
    const text = Buffer.from(configSource.files[0].fileContents, "base64").toString();
    const { info, "x-google-endpoints": targets = [] } = JSON.parse(text) as OpenApi;
    const [, count = "-1"] = /r(\d+)$/.exec(String(config?.id ?? "")) ?? [];
    return {
        name: service.serviceName,
        id: `${new Date().toISOString().slice(0, 10)}r${Number(count) + 1}`,
        title: info.title,
        producerProjectId: service.producerProjectId,
        endpoints: targets,
    };
}

/** The users of a Valkey, each with tokens that Google makes. */
export function tokenUsers(): Mend {
    const all = new Map<string, { readonly name: string; readonly token: string }[]>();
    return ({ path, body }) => {
        const [, instance, user, rest] =
            /^\/memorystore\/v1(?:beta)?\/(.*\/instances\/[^/:?]+)(?:\/tokenAuthUsers\/([^/:?]+))?([^?]*)/.exec(path) ??
            [];
        if (rest === ":addTokenAuthUser") {
            const { tokenAuthUser } = JSON.parse(body.toString()) as { tokenAuthUser: string };
            all.set(`${instance}/${tokenAuthUser}`, []);
            return Promise.resolve(done({}));
        }
        if (user === undefined) return undefined;
        const tokens = all.get(`${instance}/${user}`);
        if (!tokens) return Promise.resolve(json({ error: { code: 404, message: `no ${user}` } }, 404));
        const name = `${instance}/tokenAuthUsers/${user}`;
        if (rest === ":addAuthToken") {
            const id = String(tokens.length + 1);
            tokens.push({ name: `${name}/authTokens/${id}`, token: `token-${id}-of-${user}` });
            return Promise.resolve(done({}));
        }
        return Promise.resolve(json(rest.startsWith("/authTokens") ? { authTokens: tokens } : { name }));
    };
}

/** An operation that has ended. */
function done(response: object): Answered {
    return json({ name: "operations/done", done: true, response });
}

function json(answer: object, status = 200): Answered {
    return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
}

/** An answer in JSON, changed. */
function changed<T extends object>(answered: Answered, change: (answer: T) => void): Answered {
    if (answered.status >= 300) return answered;
    const answer = JSON.parse(answered.body.toString()) as T;
    change(answer);
    return json(answer, answered.status);
}

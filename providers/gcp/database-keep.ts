/**
 * Passwords of a database: made up here, given to the database and to Secret Manager, and to nobody else. No resource does
 * that without having them in Pulumi's state. Each function does nothing when it has been done.
 */

import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../../components/site";
import { deploys } from "../deploys";
import { type Ask, askAs, finished, Refusal, tried } from "./google-api";
import { projectOf } from "./project";

/** Kept are the versions of a user's two secrets: Cloud Run takes a secret as a whole, so the password is one of its own. */
export interface Kept {
    /** `projects/…/secrets/…/versions/1` */
    readonly password: string;
    readonly url: string;
}

/** The secrets of a user: `projects/…/secrets/…`. */
export interface UserSecrets {
    readonly password: string;
    readonly url: string;
}

/** A user's password, where a database of SQL is told of it by the job: see database-settle.ts. */
export async function keepUser(ask: Ask, secrets: UserSecrets, urlOf: (password: string) => string): Promise<Kept> {
    return (await known(ask, secrets)) ?? keep(ask, secrets, newPassword(), urlOf);
}

export interface Admin {
    /** `projects/…/instances/…` */
    readonly instance: string;
    readonly user: string;
    readonly secret: string;
}

/** The administrator, whose password Google sets; the job logs in as it. */
export async function keepAdmin(ask: Ask, { instance, user, secret }: Admin, pause?: number): Promise<string> {
    const there = await newest(ask, secret);
    if (there !== undefined) return there;
    const password = newPassword();
    // First the database: what stands in the secret works at any time.
    const path = `${instance}/users`;
    const { items = [] } = (await ask("sqladmin", "GET", path)) as { items?: { name: string; host?: string }[] };
    const before = items.find(({ name }) => name === user);
    const host = before?.host ? `&host=${encodeURIComponent(before.host)}` : "";
    const begun = before
        ? await ask("sqladmin", "PUT", `${path}?name=${user}${host}`, { name: user, password })
        : await ask("sqladmin", "POST", path, { name: user, password });
    await finished(ask, "sqladmin", begun, `${instance.split("/instances/")[0]}/operations/`, pause);
    return add(ask, secret, password);
}

export interface Token {
    /** `projects/…/locations/…/instances/…` */
    readonly instance: string;
    readonly user: string;
    readonly secrets: UserSecrets;
}

/** A user of a Valkey, whose token Google makes up. */
export async function keepToken(
    ask: Ask,
    { instance, user, secrets }: Token,
    urlOf: (token: string) => string,
    pause?: number,
): Promise<Kept> {
    const there = await known(ask, secrets);
    if (there) return there;
    const path = `${instance}/tokenAuthUsers/${user}`;
    const isThere = await found(() => ask("memorystore", "GET", path));
    if (!isThere) {
        const begun = await ask("memorystore", "POST", `${instance}:addTokenAuthUser`, { tokenAuthUser: user });
        await finished(ask, "memorystore", begun, "", pause);
    }
    let token = await tokenOf(ask, path);
    if (token === undefined) {
        const begun = await ask("memorystore", "POST", `${path}:addAuthToken`, { authToken: {} });
        await finished(ask, "memorystore", begun, "", pause);
        token = await tokenOf(ask, path);
    }
    if (!token) throw new pulumi.RunError(`Memorystore has made no token for ${path}: run \`pulumi up\` again`);
    return keep(ask, secrets, token, urlOf);
}

async function tokenOf(ask: Ask, path: string): Promise<string | undefined> {
    const { authTokens = [] } = (await ask("memorystore", "GET", `${path}/authTokens`)) as {
        authTokens?: { name: string; token?: string }[];
    };
    const [first] = authTokens;
    return first && (first.token ?? ((await ask("memorystore", "GET", first.name)) as { token?: string }).token);
}

/** Both versions, when there are both: the URL is written last. */
async function known(ask: Ask, secrets: UserSecrets): Promise<Kept | undefined> {
    const url = await newest(ask, secrets.url);
    const password = url && (await newest(ask, secrets.password));
    return url && password ? { password, url } : undefined;
}

async function keep(
    ask: Ask,
    secrets: UserSecrets,
    password: string,
    urlOf: (password: string) => string,
): Promise<Kept> {
    return {
        password: await add(ask, secrets.password, password),
        url: await add(ask, secrets.url, urlOf(password)),
    };
}

/** Nothing in it means anything to a shell, a URL or SQL. */
function newPassword(): string {
    return randomBytes(30).toString("hex");
}

async function newest(ask: Ask, secret: string): Promise<string | undefined> {
    const path = `${secret}/versions?filter=${encodeURIComponent("state:ENABLED")}`;
    const { versions = [] } = (await ask("secretmanager", "GET", path)) as { versions?: { name: string }[] };
    // In which order they come is not said.
    const number = ({ name }: { name: string }) => Number(name.split("/").pop());
    return versions.sort((a, b) => number(b) - number(a))[0]?.name;
}

async function add(ask: Ask, secret: string, text: string): Promise<string> {
    const payload = { data: Buffer.from(text).toString("base64") };
    return ((await ask("secretmanager", "POST", `${secret}:addVersion`, { payload })) as { name: string }).name;
}

async function found(look: () => Promise<unknown>): Promise<boolean> {
    try {
        await look();
        return true;
    } catch (error) {
        if (error instanceof Refusal && error.status === 404) return false;
        throw error;
    }
}

/**
 * What one of these functions answers, at `pulumi up`. A preview makes nothing: what is there it finds, what is not is unknown.
 * With a program's own mocks there is nothing: then it is the first version.
 */
export function kept<T, K extends object | string>(
    site: Site,
    of: pulumi.Input<T>,
    { make, mocked, look }: { make(ask: Ask, of: T): Promise<K>; mocked(of: T): K; look(of: T): UserSecrets | string },
): pulumi.Output<K> {
    const { token } = projectOf(site);
    const made = pulumi.all([pulumi.output(of), token]).apply(([known, bearer]) => {
        const whole = known as T;
        if (!deploys()) return Promise.resolve(mocked(whole));
        const ask = askAs(bearer);
        return tried(async () =>
            pulumi.runtime.isDryRun() ? ((await seen(ask, look(whole))) as K) : make(ask, whole),
        );
    });
    return pulumi.unsecret(made) as pulumi.Output<K>;
}

async function seen(ask: Ask, secrets: UserSecrets | string): Promise<unknown> {
    let there: unknown;
    const look = async () => (there = await (typeof secrets === "string" ? newest(ask, secrets) : known(ask, secrets)));
    await found(look);
    return there ?? pulumi.unknown;
}

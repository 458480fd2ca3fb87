/**
 * A function outside the network: knows the passwords. It reads the administrator's, which RDS keeps and changes each week,
 * and the user's, which it makes up when there is none yet; has the function within the network set it; and keeps all that
 * an app needs in the user's secret.
 */

import { randomBytes } from "node:crypto";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Settle } from "./settle";

export interface Keep extends Omit<Settle, "admin" | "user"> {
    /** The secret with the administrator's `username` and `password`. */
    readonly admin: string;
    readonly user: Omit<Settle["user"], "password"> & { readonly secret: string };
    /** The function within the network. */
    readonly settle: string;
}

/** What the function asks AWS, apart from what it does with the answers. */
export interface Aws {
    /** The secret's text; undefined when it has none yet. */
    read(secret: string): Promise<string | undefined>;
    write(secret: string, text: string): Promise<void>;
    call(functionName: string, event: object): Promise<void>;
}

export async function keep(event: Keep, aws: Aws): Promise<void> {
    const { admin, user, settle, ...rest } = event;
    const known = await aws.read(admin);
    if (known === undefined) throw new Error(`the administrator's secret ${admin} is empty`);
    const before = await aws.read(user.secret);
    const password = before ? (JSON.parse(before) as { password: string }).password : randomBytes(30).toString("hex");
    const { name, access, secret } = user;
    // First the database: what stands in the secret works at any time.
    await aws.call(settle, { ...rest, admin: JSON.parse(known) as object, user: { name, access, password } });
    const { engine, host, port, database } = event;
    const text = JSON.stringify({
        engine,
        host,
        port,
        dbname: database,
        username: name,
        password,
        url: urlOf(event, password),
    });
    if (text !== before) await aws.write(secret, text);
}

/** Over TLS always; how far the server is checked is left to the app, which may have no authority of Amazon's at hand. */
function urlOf({ engine, host, port, database, user }: Keep, password: string): string {
    const mode = engine === "postgres" ? "sslmode=require" : "ssl-mode=REQUIRED";
    return `${engine}://${user.name}:${password}@${host}:${port}/${database}?${mode}`;
}

export async function handler(event: Keep): Promise<void> {
    const [secrets, functions] = [new SecretsManagerClient(), new LambdaClient()];
    await keep(event, {
        read: async (SecretId) => {
            try {
                return (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;
            } catch (error) {
                // A secret which is there but has no value yet is "not found" too.
                if ((error as Error).name === "ResourceNotFoundException" && SecretId === event.user.secret)
                    return undefined;
                throw error;
            }
        },
        write: async (SecretId, SecretString) => {
            await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
        },
        call: async (FunctionName, given) => {
            const Payload = JSON.stringify(given);
            const answer = await functions.send(new InvokeCommand({ FunctionName, Payload }));
            if (answer.FunctionError)
                throw new Error(`the database was not reached: ${answer.Payload?.transformToString() ?? "no answer"}`);
        },
    });
}

// Makes a stack fail in many ways, each with a secret at hand, and gathers what is said of it.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { refusal } from "../agent/harness";
import { ask as tell, type Live } from "../local/live/support";
import { ask } from "./look";
import { planted } from "./stack";

interface Failing {
    readonly stack: Live;
    /** Where the probe is told what to do. */
    readonly web: string;
    readonly env: Readonly<Record<string, string>>;
    readonly s3: number;
    /** Has the container fail from the next `up` on. */
    fail(): void;
}

/** One for each failure, with all that who caused it is shown. */
export async function messagesOf({ stack, web, env, s3, fail }: Failing): Promise<string[]> {
    const sql = (change: (url: URL) => void, query = "select 1"): Promise<unknown> => {
        const url = new URL(env.DB_URL);
        change(url);
        return tell(web, "sql", url.href, query);
    };
    const apply = (kind: string, inputs: object, secrets: string[]): Promise<unknown> =>
        stack.ask("apply", { kind, id: "other", urn: "urn:other", inputs, secrets, create: true });
    const client = new S3Client({
        region: "local",
        endpoint: `http://127.0.0.1:${s3}`,
        forcePathStyle: true,
        credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: "not the right one" },
    });
    const errors = [
        // a database that is not there, is not reached, or does not know who asks; a query that is wrong
        await refusal(sql((url) => (url.pathname = "/nosuch"))),
        await refusal(sql((url) => (url.port = "9"))),
        await refusal(sql((url) => (url.password = "wrong"))),
        await refusal(sql((url) => (url.username = "nobody"))),
        await refusal(sql(() => undefined, "select nosuch from nowhere")),
        // calls that cannot be carried out, with a secret among what they were given
        await refusal(apply("Nonesuch", { value: planted.secret }, ["value"])),
        await refusal(apply("Secret", { name: "other", value: [planted.secret], generate: planted.secret }, ["value"])),
        await refusal(apply("Key", { name: "other", material: `${planted.material}!` }, ["material"])),
        await refusal(apply("Container", { name: "other", secretEnv: { A: "secret:nosuch" }, env: { B: planted.secret } }, ["env"])), // prettier-ignore
        // a request that is signed wrongly
        await refusal(client.send(new GetObjectCommand({ Bucket: "uploads", Key: "a" }))),
    ];
    client.destroy();
    const endpoint = Number(new URL(env.OTEL_EXPORTER_OTLP_ENDPOINT).port);
    const headers = {
        host: `127.0.0.1:${endpoint}`,
        authorization: "Bearer wrong",
        "content-type": "application/json",
    };
    const wrong = await ask(endpoint, "POST", "/v1/logs", headers, "{}");
    if (wrong.status < 400) throw new Error(`a wrong token of OTLP was taken: ${wrong.status}`);

    // a version that has all of them in its environment, and ends at once: `up` says so with the end of its log
    fail();
    let shown = "";
    const failed = await refusal(stack.stack.up({ onOutput: (text) => (shown += text) }));
    if (!/exit code 3/.test(failed.message)) throw failed;
    const wholly = ({ name, message, stack: trace }: Error) => `${name} ${message} ${trace}`;
    return [...errors.map(wholly), JSON.stringify(wrong), `${wholly(failed)} ${shown}`];
}

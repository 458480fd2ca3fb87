import { type Exchange, type Operation } from "../exchange";
import { S3Fault } from "../fault";
import { receiveXml } from "../receive";
import { type CorsRule } from "../records";
import { document, element, optional, type Parsed } from "../xml";

/** The operations on buckets themselves. */
export const buckets: readonly Operation[] = [
    {
        name: "ListBuckets",
        method: "GET",
        on: "service",
        query: ["max-buckets", "prefix", "continuation-token", "bucket-region"],
        async run({ store, allows, query }) {
            const prefix = query.get("prefix") ?? "";
            const visible = store.buckets.filter(({ name }) => name.startsWith(prefix) && allows("read", name));
            const rows = visible.map(({ name, created }) =>
                element("Bucket", element("Name", name), element("CreationDate", new Date(created).toISOString())),
            );
            return { body: document("ListAllMyBucketsResult", element("Buckets", ...rows)) };
        },
    },
    {
        name: "CreateBucket",
        method: "PUT",
        on: "bucket",
        verb: "manage",
        async run(exchange) {
            // Its region and such: here is one place only.
            if ((exchange.headers["content-length"] ?? "0") !== "0")
                await receiveXml(exchange, "CreateBucketConfiguration");
            await exchange.store.create(exchange.bucketName);
            return { headers: { location: `/${exchange.bucketName}` } };
        },
    },
    {
        name: "HeadBucket",
        method: "HEAD",
        on: "bucket",
        verb: "read",
        async run(exchange) {
            exchange.bucket();
            return { headers: { "x-amz-bucket-region": "local" } };
        },
    },
    {
        name: "DeleteBucket",
        method: "DELETE",
        on: "bucket",
        verb: "manage",
        async run({ store, bucketName }) {
            await store.remove(bucketName, { force: false });
            return { status: 204 };
        },
    },
    {
        name: "GetBucketLocation",
        method: "GET",
        on: "bucket",
        marks: ["location"],
        verb: "read",
        run: async () => ({ body: document("LocationConstraint").replace("></", ">local</") }),
    },
    {
        name: "GetBucketVersioning",
        method: "GET",
        on: "bucket",
        marks: ["versioning"],
        verb: "read",
        async run(exchange) {
            const { versioning } = exchange.bucket().state.settings;
            return { body: document("VersioningConfiguration", optional("Status", versioning)) };
        },
    },
    {
        name: "PutBucketVersioning",
        method: "PUT",
        on: "bucket",
        marks: ["versioning"],
        verb: "manage",
        async run(exchange) {
            const status = (await receiveXml(exchange, "VersioningConfiguration")).text("Status");
            if (status !== "Enabled" && status !== "Suspended") {
                throw new S3Fault("IllegalVersioningConfigurationException");
            }
            const bucket = exchange.bucket();
            await bucket.set({ ...bucket.state.settings, versioning: status });
            return {};
        },
    },
    {
        name: "GetBucketCors",
        method: "GET",
        on: "bucket",
        marks: ["cors"],
        verb: "read",
        async run(exchange) {
            const { cors } = exchange.bucket().state.settings;
            if (cors.length === 0) throw new S3Fault("NoSuchCORSConfiguration");
            const rules = cors.map(({ origins, methods, headers, maxAgeSeconds }) =>
                element(
                    "CORSRule",
                    ...origins.map((origin) => element("AllowedOrigin", origin)),
                    ...methods.map((method) => element("AllowedMethod", method)),
                    ...headers.map((header) => element("AllowedHeader", header)),
                    element("MaxAgeSeconds", maxAgeSeconds),
                ),
            );
            return { body: document("CORSConfiguration", ...rules) };
        },
    },
    {
        name: "PutBucketCors",
        method: "PUT",
        on: "bucket",
        marks: ["cors"],
        verb: "manage",
        async run(exchange) {
            const rules = (await receiveXml(exchange, "CORSConfiguration")).all("CORSRule").map(readRule);
            await setCors(exchange, rules);
            return {};
        },
    },
    {
        name: "DeleteBucketCors",
        method: "DELETE",
        on: "bucket",
        marks: ["cors"],
        verb: "manage",
        async run(exchange) {
            await setCors(exchange, []);
            return { status: 204 };
        },
    },
    {
        name: "GetBucketLifecycleConfiguration",
        method: "GET",
        on: "bucket",
        marks: ["lifecycle"],
        verb: "read",
        async run(exchange) {
            const { lifecycle } = exchange.bucket().state.settings;
            if (lifecycle.length === 0) throw new S3Fault("NoSuchLifecycleConfiguration");
            const rules = lifecycle.map(({ prefix, expireAfterDays, expireNoncurrentAfterDays }, at) => {
                const current = optional("Days", expireAfterDays);
                const noncurrent = optional("NoncurrentDays", expireNoncurrentAfterDays);
                return element(
                    "Rule",
                    element("ID", `rule-${at + 1}`),
                    element("Filter", element("Prefix", prefix)),
                    element("Status", "Enabled"),
                    current && element("Expiration", current),
                    noncurrent && element("NoncurrentVersionExpiration", noncurrent),
                );
            });
            return { body: document("LifecycleConfiguration", ...rules) };
        },
    },
];

async function setCors(exchange: Exchange, cors: readonly CorsRule[]): Promise<void> {
    const bucket = exchange.bucket();
    await bucket.set({ ...bucket.state.settings, cors });
}

function readRule(rule: Parsed): CorsRule {
    const texts = (name: string) => rule.all(name).map((one) => one.own());
    const extra = rule.names.find((name) => !CORS.includes(name));
    if (extra !== undefined)
        throw new S3Fault("NotImplemented", `CORS rules with ${extra} are not implemented on local.`);
    const [origins, methods] = [texts("AllowedOrigin"), texts("AllowedMethod")];
    if (origins.length === 0 || methods.length === 0) throw new S3Fault("MalformedXML");
    const age = rule.text("MaxAgeSeconds") ?? "0";
    if (!/^\d{1,9}$/.test(age)) throw new S3Fault("MalformedXML", `MaxAgeSeconds is not a number: "${age}".`);
    return { origins, methods, headers: texts("AllowedHeader"), maxAgeSeconds: Number(age) };
}

const CORS = ["AllowedOrigin", "AllowedMethod", "AllowedHeader", "MaxAgeSeconds", "ID", "#text"];

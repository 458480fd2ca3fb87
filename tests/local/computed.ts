/** What the agent computes, by kind: in the mocks nothing runs. */
export const computed: Readonly<Record<string, Record<string, unknown>>> = {
    Balancer: {
        url: "http://localhost:7000",
        httpsUrl: "https://localhost:7001",
        address: "127.0.0.1",
        ports: {},
        certificateAuthority: "ca.pem",
    },
    Bucket: { bucket: "b", endpoint: "http://127.0.0.1:7002", region: "local", url: "s3://b" },
    Container: { id: "c", digest: "sha256:0", internalUrls: { http: "http://127.0.0.1:7003" }, services: {} },
    Database: {
        host: "127.0.0.1",
        port: 5432,
        database: "d",
        username: "u",
        password: "p",
        readOnlyUsername: "r",
        readOnlyPassword: "q",
        url: "postgres://",
        readOnlyUrl: "postgres://",
        version: "18",
    },
    Image: { digest: "sha256:0", reference: "i@sha256:0", directory: "/images/0", config: {} },
    Key: { keyId: "k", endpoint: "http://127.0.0.1:7004", region: "local", url: "awskms://k" },
    Table: { table: "t", endpoint: "http://127.0.0.1:7005", region: "local", url: "dynamodb://t" },
    Log: { id: "l" },
    Machine: { id: "m", internalUrls: { http: "http://127.0.0.1:7006", raw: "tcp://127.0.0.1:7008" } },
    Metric: { id: "m", endpoint: "http://127.0.0.1:7007" },
    Secret: { version: "1", reference: "secret:s" },
};

/** Outputs of a resource of the local cloud, for the mocks. */
export function outputs(type: string): Record<string, unknown> {
    return computed[type.split(":")[2]] ?? {};
}

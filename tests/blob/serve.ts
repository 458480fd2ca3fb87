import { BlobStore } from "../../agent/blob/store";
import { serveBlobs } from "../../agent/blob/server";

// A server in a process of its own, for kill.test.ts to kill: serve.ts <folder>. It tells its port in one line.
async function main(): Promise<void> {
    const report = (line: string): void => void process.stderr.write(`${line}\n`);
    const store = await BlobStore.open(process.argv[2], report);
    const server = await serveBlobs({
        store,
        port: 0,
        find: () => ({ secretAccessKey: "secret" }),
        authorize: () => true,
        report,
    });
    if (!store.find("crash")) await store.create("crash");
    process.stdout.write(`${server.port}\n`);
}

void main();

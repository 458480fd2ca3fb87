// A server of tables in a process of its own, to be killed: serve.ts <folder> <port>.
import { tableKind } from "../../agent/kv/table";
import { call, testHost } from "./host";

const [folder, port] = process.argv.slice(2);
const host = testHost(folder, new Map([["kv", Number(port)]]));
const kind = tableKind(host);
const inputs = {
    name: "t",
    partitionKey: { name: "id", type: "string" },
    pointInTimeRecovery: true,
    forceDestroy: false,
} as const;
kind.apply("t", inputs, call).then(
    () => process.stdout.write("serving\n"),
    (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
    },
);

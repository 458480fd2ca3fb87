/** Begins a run that never ends. */
import * as path from "node:path";
import { jobKind } from "../../agent/job/kind";
import { testHost } from "../process/host";

const kind = jobKind(testHost(path.resolve(process.argv[2])), () => new Promise(() => process.stdout.write("runs\n")));
const inputs = { name: "report", run: { log: "main" }, timeoutSeconds: 60, retries: 1, concurrency: "forbid" } as const;
void kind
    .apply("report", inputs, { restoring: false, progress: () => undefined, signal: new AbortController().signal })
    .then(() => kind.runNow("report"));
setInterval(() => undefined, 1000);

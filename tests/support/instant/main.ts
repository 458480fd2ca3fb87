// The instant provider in a process of its own: it says where it is in one line, and ends with its parent.
import { serveInstant } from "./provider";

void serveInstant().then(({ attach }) => {
    process.stdout.write(`${attach}\n`);
    process.stdin.resume().on("end", () => process.exit(0));
});

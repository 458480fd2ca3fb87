/** Writes lines until it is killed, and says every 50 ms how many. */
import { openLogStore } from "../../agent/log/store";

const store = openLogStore(process.argv[2], { segmentBytes: 20_000 });
let count = 0;
setInterval(() => {
    for (let index = 0; index < 20; index++) {
        store.append("app", { time: Date.now(), source: "web/1", stream: "stdout", text: `line ${count++}` });
    }
    process.stdout.write(`${count}\n`);
}, 50);

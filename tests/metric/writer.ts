/** Counts until it is killed, and says what is on disk for sure. */
import { openMetricStore } from "../../agent/metric/store";

const store = openMetricStore(process.argv[2]);
let count = 0;
setInterval(() => {
    for (let index = 0; index < 250; index++) {
        store.count("ticks", 1);
        count++;
    }
    if (count % 1000 === 0) {
        store.flush();
        process.stdout.write(`${count}\n`);
    }
}, 20);

/**
 * The worker: reads each new entry once, counts its words, holds back what looks like advertising, and keeps a digest of
 * the day in the blob store, as digest/<day>.json.
 *
 * DB_URL       the database, as postgres://…
 * UPLOADS_URL  the blob store for the digest; without it there is none
 */
import { openBlob } from "pulumi-mvi/runtime";
import { openDatabase, patiently, prepare } from "./lib/database.js";
import { readNext } from "./lib/reading.js";
import { writeDigest } from "./lib/digest.js";
import { cause, log } from "./lib/log.js";
import { onStop } from "./lib/stop.js";

/** PostgreSQL tells us of a new entry at once; what was missed, by a lost connection, is found after this time. */
const interval = 10_000;

const { DB_URL, UPLOADS_URL } = process.env;
const pool = openDatabase(DB_URL);
const uploads = UPLOADS_URL && (await openBlob(UPLOADS_URL));
const stopping = new AbortController();
let wake = () => undefined;

onStop(async () => {
    stopping.abort();
    wake();
    await finished;
    await pool.end();
});

const finished = work();

async function work() {
    await patiently("preparing the database", () => prepare(pool), stopping.signal);
    log("info", "working");
    let listener;
    while (!stopping.signal.aborted) {
        // Asked for before looking: what comes in the meantime ends the wait.
        const called = new Promise((resolve) => (wake = resolve));
        try {
            listener ??= await listen();
            let read = 0;
            while (!stopping.signal.aborted && (await readNext(pool))) read++;
            if (read > 0) {
                if (uploads) await writeDigest(pool, uploads);
                log("info", "entries were read", { entries: read });
            }
        } catch (error) {
            log("error", "reading entries failed", cause(error));
        }
        if (stopping.signal.aborted) break;
        const timer = setTimeout(() => wake(), interval);
        await called;
        clearTimeout(timer);
    }
    listener?.release(true);

    async function listen() {
        const client = await pool.connect();
        client.on("notification", () => wake());
        // The connection is lost: it is made anew in the next round, which comes at once.
        client.on("error", (error) => {
            log("warn", "the connection to the database was lost", cause(error));
            client.release(true);
            if (listener === client) listener = undefined;
            wake();
        });
        await client.query("listen entries");
        return client;
    }
}

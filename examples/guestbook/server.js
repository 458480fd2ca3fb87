/**
 * The guestbook's web server.
 *
 * DB_URL       the database, as postgres://…
 * UPLOADS_URL  the blob store for pictures; without it there are none
 * VISITS_URL   the key-value store for the counter; without it visits are not counted
 * TITLE        what the guestbook is called
 * PORT, HOST   where to listen: 3000 on all addresses, if unset
 */
import { createServer } from "node:http";
import { openBlob, openKV } from "pulumi-mvi/runtime";
import { application } from "./lib/app.js";
import { openDatabase, patiently, prepare } from "./lib/database.js";
import { cause, log } from "./lib/log.js";
import { onStop } from "./lib/stop.js";

const { DB_URL, UPLOADS_URL, VISITS_URL, TITLE = "Guestbook", PORT = "3000", HOST = "0.0.0.0" } = process.env;

const pool = openDatabase(DB_URL);
const stopping = new AbortController();
const prepared = patiently("preparing the database", () => prepare(pool), stopping.signal);
prepared.catch((error) => log("error", "the database was never ready", cause(error)));

/** Ready is: it has its table, and answers within 2 seconds. */
async function ready() {
    const late = new Promise((_, reject) =>
        setTimeout(reject, 2_000, new Error("no answer from the database within 2 seconds")).unref(),
    );
    await Promise.race([prepared.then(() => pool.query("select 1")), late]);
}

const listener = await application({
    title: TITLE,
    pool,
    uploads: UPLOADS_URL && (await openBlob(UPLOADS_URL)),
    visits: VISITS_URL && (await openKV(VISITS_URL)),
    ready,
    ending: () => stopping.signal.aborted,
});
const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, listener);
server.listen(Number(PORT), HOST, () => log("info", "listening", { port: server.address().port }));

onStop(async () => {
    stopping.abort();
    // Requests that run are answered; connections without one are closed, now and as they become idle.
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await closed;
    await pool.end();
});

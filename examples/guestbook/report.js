/**
 * The nightly job: writes reports/<day>.json about the day that has just ended, and about all days, and ends.
 *
 * DB_URL, UPLOADS_URL  as for the web server, both needed
 * VISITS_URL           the key-value store with the counter; without it visits are not reported
 * REPORT_DAY           another day, as 2026-01-31
 */
import { openBlob, openKV } from "pulumi-mvi/runtime";
import { openDatabase, prepare } from "./lib/database.js";
import { countDay } from "./lib/digest.js";
import { cause, log } from "./lib/log.js";

const { DB_URL, UPLOADS_URL, VISITS_URL, REPORT_DAY } = process.env;

try {
    if (!UPLOADS_URL) throw new Error("UPLOADS_URL is not set: the address of the blob store that takes the report");
    const day = REPORT_DAY ?? new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new Error(`REPORT_DAY is "${day}": must be as 2026-01-31`);
    await report(day);
} catch (error) {
    log("error", "the report was not written", cause(error));
    process.exitCode = 1;
}

async function report(day) {
    const pool = openDatabase(DB_URL);
    try {
        await prepare(pool);
        const { rows } = await pool.query(
            "select count(*)::int as entries, (count(*) filter (where words is null))::int as unread from entries",
        );
        const visits = VISITS_URL ? await (await openKV(VISITS_URL)).get("visits") : undefined;
        const text = JSON.stringify({ day, ...(await countDay(pool, day)), inAll: { ...rows[0], visits } }, null, 2);
        const reports = await openBlob(UPLOADS_URL);
        await reports.put(`reports/${day}.json`, `${text}\n`, { contentType: "application/json" });
        log("info", "the report was written", { key: `reports/${day}.json` });
    } finally {
        await pool.end();
    }
}

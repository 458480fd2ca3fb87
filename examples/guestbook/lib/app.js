/** What the web server answers. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { add, faults as faultsOf, list, shows } from "./entries.js";
import { pictureName, pictureType, readForm, readJson, Refused } from "./form.js";
import { cause, log } from "./log.js";
import { page } from "./page.js";

const perPage = 20;

/** No script, nothing from elsewhere, in no frame: what a guest writes can do no harm even if it were not escaped. */
const headers = {
    "content-security-policy":
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
};

/**
 * @param ready resolves when the database has its table and answers
 * @param ending is the server about to stop?
 * @returns a listener for `http.createServer`
 */
export async function application({ title, pool, uploads, visits, ready, ending }) {
    const assets = {
        "/style.css": {
            type: "text/css; charset=utf-8",
            body: await readFile(new URL("../public/style.css", import.meta.url)),
        },
        "/icon.svg": { type: "image/svg+xml", body: await readFile(new URL("../public/icon.svg", import.meta.url)) },
    };

    const routes = {
        "GET /": async ({ response, query }) => {
            const counted = visits ? await count(visits) : undefined;
            await show(response, 200, { visits: counted, before: before(query) });
        },
        "POST /": async ({ request, response }) => {
            const { values, picture, fault } = await readForm(request);
            const faults = { ...faultsOf(values), ...(fault && { picture: fault }) };
            if (picture && !uploads) faults.picture = "Pictures cannot be kept here.";
            if (Object.keys(faults).length > 0) return show(response, 422, { given: values, faults });
            if (picture) await uploads.put(picture.name, picture.body, { contentType: picture.type });
            const { id } = await add(pool, { ...values, picture: picture?.name });
            send(response, 303, "", { location: `/#entry-${id}` });
        },
        "GET /api/entries": async ({ response, query }) => {
            const entries = await list(pool, { limit: limit(query), before: before(query) });
            json(response, 200, { entries });
        },
        "POST /api/entries": async ({ request, response }) => {
            const { name, message } = await readJson(request);
            const faults = faultsOf({ name, message });
            if (Object.keys(faults).length > 0) return json(response, 422, { faults });
            json(response, 201, await add(pool, { name, message }));
        },
        "GET /livez": ({ response }) => json(response, 200, { alive: true }),
        "GET /healthz": async ({ response }) => {
            if (ending()) return json(response, 503, { ready: false, reason: "stopping" });
            await ready();
            json(response, 200, { ready: true });
        },
    };

    async function show(response, status, { before, ...rest }) {
        const entries = await list(pool, { limit: perPage + 1, before });
        const shown = entries.slice(0, perPage);
        send(response, status, page({ title, ...rest, entries: shown, more: entries.length > perPage }), {
            "content-type": "text/html; charset=utf-8",
        });
    }

    async function picture(response, name) {
        if (!uploads || !(await shows(pool, name))) return json(response, 404, { error: "There is no such picture." });
        const body = await uploads.stream(name);
        response.writeHead(200, {
            ...headers,
            "content-type": pictureType(name),
            "cache-control": "public, max-age=31536000, immutable",
        });
        await pipeline(body, response);
    }

    async function route(request, response, path, query) {
        const method = request.method === "HEAD" ? "GET" : request.method;
        if (method === "POST" && request.headers["sec-fetch-site"] === "cross-site")
            throw new Refused(403, "A form of another site is not taken.");
        if (method === "GET" && assets[path]) {
            const { type, body } = assets[path];
            return send(response, 200, body, { "content-type": type, "cache-control": "public, max-age=3600" });
        }
        const name = path.startsWith("/pictures/") && path.slice("/pictures/".length);
        if (method === "GET" && name && pictureName.test(name)) return picture(response, name);
        const answer = routes[`${method} ${path}`];
        if (answer) return answer({ request, response, query });
        const allowed = ["GET", "POST"].filter((other) => routes[`${other} ${path}`]);
        if (allowed.length > 0)
            return json(
                response,
                405,
                { error: `${path} takes ${allowed.join(" and ")}.` },
                { allow: allowed.join(", ") },
            );
        json(response, 404, { error: "There is nothing here." });
    }

    return async (request, response) => {
        const started = performance.now();
        const { pathname: path, searchParams: query } = new URL(request.url, "http://guestbook");
        const id = /^[\w=.:/-]{1,100}$/.exec(request.headers["x-request-id"] ?? "")?.[0] ?? randomUUID();
        response.setHeader("x-request-id", id);
        if (request.headers["x-forwarded-proto"] === "https")
            response.setHeader("strict-transport-security", "max-age=31536000");
        if (ending()) response.setHeader("connection", "close");
        try {
            await route(request, response, path, query);
        } catch (error) {
            answerFault(response, error, path, id);
        }
        if (path !== "/healthz" && path !== "/livez") {
            log("info", "request", {
                id,
                method: request.method,
                path,
                status: response.statusCode,
                milliseconds: Math.round(performance.now() - started),
            });
        }
    };
}

function answerFault(response, error, path, id) {
    if (error.code === "ERR_STREAM_PREMATURE_CLOSE") return; // the guest has gone
    if (error.code === "NotFound") return json(response, 404, { error: "There is no such picture." });
    const status = error instanceof Refused ? error.status : path === "/healthz" ? 503 : 500;
    if (status >= 500) log("error", "the request failed", { id, path, ...cause(error) });
    if (response.headersSent) return void response.destroy();
    // What is left of a refused body is not read.
    json(
        response,
        status,
        { error: status >= 500 ? "Something went wrong on our side." : error.message },
        { connection: "close" },
    );
}

/** A page is worth more than its counter. */
async function count(visits) {
    try {
        return await visits.increment("visits");
    } catch (error) {
        log("warn", "the visit was not counted", cause(error));
    }
}

function send(response, status, body, more = {}) {
    response.writeHead(status, {
        ...headers,
        "cache-control": "no-store",
        "content-length": Buffer.byteLength(body),
        ...more,
    });
    response.end(response.req.method === "HEAD" ? undefined : body);
}

function json(response, status, value, more = {}) {
    send(response, status, `${JSON.stringify(value)}\n`, {
        "content-type": "application/json; charset=utf-8",
        ...more,
    });
}

function before(query) {
    const value = query.get("before");
    if (value === null) return undefined;
    if (!/^\d{1,18}$/.test(value)) throw new Refused(400, "`before` is the id of an entry.");
    return value;
}

function limit(query) {
    const value = Number(query.get("limit") ?? perPage);
    if (!Number.isInteger(value) || value < 1 || value > 100) throw new Refused(400, "`limit` is from 1 to 100.");
    return value;
}

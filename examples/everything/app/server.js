/**
 * Answers over HTTP with what it was given, and over TCP with what it is sent.
 *
 * PORT, HOST   where to listen for HTTP: 3000 on all addresses, if unset
 * RAW_PORT     where to listen for TCP: nowhere, if unset
 * GREETING     what it says
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import net from "node:net";

const { PORT = "3000", RAW_PORT, HOST = "0.0.0.0", GREETING, COLOUR, TOKEN_FILE } = process.env;

/** Names only: a value may be a secret. */
const names = Object.keys(process.env)
    .filter((name) => /^[A-Z][A-Z0-9_]*_(URL|BUCKET|TABLE|HOST|PORT|NAME|USER|PASSWORD|ID|FILE)$/.test(name))
    .sort();
const token = TOKEN_FILE === undefined ? undefined : readFileSync(TOKEN_FILE, "utf8").length;

const web = createServer((request, response) => {
    if (request.url === "/healthz") return response.end("fine");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ greeting: GREETING, colour: COLOUR, path: request.url, names, token }));
});
const raw = net.createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
});

web.listen(Number(PORT), HOST, () => console.log(`listening on ${PORT}`));
if (RAW_PORT) raw.listen(Number(RAW_PORT), HOST, () => console.log(`listening on ${RAW_PORT}`));

process.once("SIGTERM", () => {
    raw.close();
    web.close(() => process.exit(0));
    web.closeIdleConnections();
});

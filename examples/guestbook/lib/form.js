/** Reads what a guest sends: a form with a picture, or JSON. Nothing is taken beyond its limit. */
import { randomUUID } from "node:crypto";
import { Busboy } from "@fastify/busboy";
import { limits } from "./entries.js";

const pictureBytes = 5 * 1024 * 1024;
const jsonBytes = 16 * 1024;

/** How a file of each kind begins. What a browser says of its type is not asked. */
const kinds = [
    {
        extension: "png",
        type: "image/png",
        starts: (head) => head.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1")),
    },
    {
        extension: "jpg",
        type: "image/jpeg",
        starts: (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
    },
    { extension: "gif", type: "image/gif", starts: (head) => /^GIF8[79]a/.test(head.toString("latin1", 0, 6)) },
    {
        extension: "webp",
        type: "image/webp",
        starts: (head) => head.toString("latin1", 0, 4) === "RIFF" && head.toString("latin1", 8, 12) === "WEBP",
    },
];

/** The name under which a picture is kept, and by which its type is known. */
export const pictureName = /^[0-9a-f-]{36}\.(png|jpg|gif|webp)$/;

export function pictureType(name) {
    return kinds.find(({ extension }) => name.endsWith(`.${extension}`)).type;
}

/** Refused is a request that is answered with `status` and the message. */
export class Refused extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

/**
 * Reads a form. A picture of a known kind is `{ name, type, body }`, kept whole until it is known to be good: it is small.
 * @returns the values, and the fault of the picture if it has one
 */
export function readForm(request) {
    return new Promise((resolve, reject) => {
        const values = {};
        let picture;
        let fault;
        let parser;
        try {
            parser = new Busboy({
                headers: { "content-type": "", ...request.headers },
                limits: {
                    files: 1,
                    fileSize: pictureBytes,
                    fields: 10,
                    fieldSize: limits.message * 4 + 1,
                    parts: 12,
                    headerPairs: 20,
                },
            });
        } catch {
            return reject(new Refused(415, "A form is multipart/form-data."));
        }
        parser.on("field", (name, value) => (values[name] = value));
        parser.on("file", (field, stream) => {
            const parts = [];
            stream.on("data", (part) => parts.push(part));
            stream.on("error", () => undefined); // the parser's own error tells the same
            stream.on("end", () => {
                const body = Buffer.concat(parts);
                if (field !== "picture" || body.length === 0) return; // no file was chosen
                const kind = kinds.find(({ starts }) => starts(body));
                if (stream.truncated) fault = "This picture is larger than 5 MB.";
                else if (!kind) fault = "This is no PNG, JPEG, GIF or WebP picture.";
                else picture = { name: `${randomUUID()}.${kind.extension}`, type: kind.type, body };
            });
        });
        parser.on("error", () => reject(new Refused(400, "The form cannot be read.")));
        parser.on("finish", () => resolve({ values, picture, fault }));
        request.on("aborted", () => reject(new Refused(400, "The form was cut off.")));
        request.pipe(parser);
    });
}

/** Reads a JSON object. */
export async function readJson(request) {
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
        throw new Refused(415, "An entry is application/json.");
    let text = "";
    request.setEncoding("utf8");
    for await (const part of request) {
        text += part;
        if (text.length > jsonBytes) throw new Refused(413, "An entry has 16 kB at most.");
    }
    try {
        const value = JSON.parse(text);
        if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
    } catch {
        // told below, with the other things that are no object
    }
    throw new Refused(400, "An entry is a JSON object.");
}

import { XMLParser } from "fast-xml-parser";
import { S3Fault } from "./fault";

/** An element with `content`: text, other elements, or nothing of what is undefined. */
export function element(name: string, ...content: readonly (Xml | string | number | boolean | undefined)[]): Xml {
    const inner = content.map((part) =>
        part instanceof Xml ? part.text : part === undefined ? "" : escape(String(part)),
    );
    return new Xml(`<${name}>${inner.join("")}</${name}>`);
}

/** An element with `content` as its text; nothing if that is undefined. */
export function optional(name: string, content: string | number | boolean | undefined): Xml | undefined {
    return content === undefined ? undefined : element(name, content);
}

/** A whole document, with S3's namespace. */
export function document(root: string, ...content: readonly (Xml | undefined)[]): string {
    const inner = content.map((part) => part?.text ?? "").join("");
    return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
}

/** Xml is text that is escaped already. */
export class Xml {
    constructor(readonly text: string) {}
}

/** Parsed is an element of a parsed document. */
export class Parsed {
    constructor(private readonly value: unknown) {}

    /** The children with that name. */
    all(name: string): Parsed[] {
        const children = (this.value as Record<string, unknown> | undefined)?.[name];
        if (children === undefined || typeof this.value !== "object") return [];
        return (Array.isArray(children) ? children : [children]).map((child) => new Parsed(child));
    }

    /** The text of the only child with that name. */
    text(name: string): string | undefined {
        const children = this.all(name);
        if (children.length === 0) return undefined;
        const [{ value }] = children;
        if (children.length > 1 || typeof value !== "string") throw new S3Fault("MalformedXML");
        return value;
    }

    /** Its own text. */
    own(): string {
        if (typeof this.value !== "string") throw new S3Fault("MalformedXML");
        return this.value;
    }

    /** The names of its children. */
    get names(): readonly string[] {
        return typeof this.value === "object" && this.value !== null ? Object.keys(this.value) : [];
    }
}

/** Reads a document whose root is `root`. @throws {@link S3Fault} MalformedXML */
export function parse(text: string, root: string): Parsed {
    let parsed: Record<string, unknown>;
    try {
        parsed = parser.parse(text, true) as Record<string, unknown>;
    } catch {
        throw new S3Fault("MalformedXML");
    }
    if (!(root in parsed)) throw new S3Fault("MalformedXML", `The XML should be of ${root}.`);
    return new Parsed(parsed[root]);
}

// Entities that a document declares are not taken: they can grow without bound. Those of XML itself are decoded below.
const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    parseTagValue: false,
    trimValues: false,
    removeNSPrefix: true,
    processEntities: false,
    tagValueProcessor: (_name, value) => (/^\s*$/.test(value) && value.includes("\n") ? "" : unescape(value)),
});

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescape(text: string): string {
    return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (all, hex, decimal, name: string | undefined) => {
        if (name !== undefined) return NAMED[name] ?? all;
        const point = hex !== undefined ? parseInt(hex as string, 16) : Number(decimal);
        if (point > 0x10ffff) throw new S3Fault("MalformedXML");
        return String.fromCodePoint(point);
    });
}

function escape(text: string): string {
    // Control characters are no XML even so, but S3 writes them like this; encoding-type=url is for who must be sure.
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    return text.replace(/[&<>"'\u0000-\u001f\u007f]/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`);
}

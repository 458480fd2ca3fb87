import { randomBytes } from "node:crypto";
import type { Answered, Asked, Mend } from "./gateway";

/** Kept is a resource of CloudFront's API: what was said of it last is what it is. */
interface Kept {
    readonly id: string;
    readonly kind: Kind;
    readonly arn: string;
    /** The whole element, as it came. */
    config: string;
    tags: Map<string, string>;
    version: number;
}

interface Kind {
    readonly path: string;
    /** The element of an answer. */
    readonly element: string;
    readonly config: string;
    readonly arn: string;
    /** The error's code where there is none. */
    readonly missing: string;
}

const kinds: readonly Kind[] = [
    {
        path: "distribution",
        element: "Distribution",
        config: "DistributionConfig",
        arn: "distribution",
        missing: "NoSuchDistribution",
    },
    {
        path: "vpc-origin",
        element: "VpcOrigin",
        config: "VpcOriginEndpointConfig",
        arn: "vpcorigin",
        missing: "EntityNotFound",
    },
];

const base = "/2020-05-31";
const namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
const account = "123456789012";

/** Distributions and VPC origins. `left` says what is there. */
export function cloudFront(): { mend: Mend; left(): string[] } {
    const all = new Map<string, Kept>();
    return {
        mend: (asked) => (asked.service === "cloudfront" ? Promise.resolve(answer(all, asked)) : undefined),
        left: () => [...all.values()].map(({ arn }) => arn),
    };
}

function answer(all: Map<string, Kept>, { method, path, headers, body }: Asked): Answered {
    const url = new URL(path, "http://cloudfront");
    const text = body.toString();
    if (url.pathname === `${base}/tagging`) {
        const found = [...all.values()].find(({ arn }) => arn === url.searchParams.get("Resource"));
        if (!found) return failure({ status: 404, code: "NoSuchResource" });
        const operation = url.searchParams.get("Operation");
        if (operation === "Tag") for (const [key, value] of tagsOf(text)) found.tags.set(key, value);
        if (operation === "Untag") for (const [, key] of text.matchAll(/<Key>(.*?)<\/Key>/g)) found.tags.delete(key);
        if (operation) return { status: 204, headers: {}, body: "" };
        const items = [...found.tags].map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`);
        return xml(200, `<Tags xmlns="${namespace}"><Items>${items.join("")}</Items></Tags>`);
    }
    const [, , word, id] = url.pathname.split("/");
    const kind = kinds.find((one) => one.path === word);
    if (!kind) return failure({ status: 501, code: `NotThere ${method} ${path}` });
    if (method === "POST") {
        const made = `E${randomBytes(6).toString("hex").toUpperCase()}`;
        const kept = {
            id: made,
            kind,
            arn: `arn:aws:cloudfront::${account}:${kind.arn}/${made}`,
            config: configOf(kind, text),
            tags: new Map(tagsOf(text)),
            version: 1,
        };
        all.set(made, kept);
        return whole(201, kept);
    }
    if (method === "GET" && id === undefined) return list(kind, [...all.values()]);
    const found = all.get(id);
    if (found?.kind !== kind) return failure({ status: 404, code: kind.missing });
    if (method === "GET") return whole(200, found);
    if (headers["if-match"] !== etag(found)) return failure({ status: 412, code: "PreconditionFailed" });
    if (method === "PUT") {
        Object.assign(found, { config: configOf(kind, text), version: found.version + 1 });
        return whole(200, found);
    }
    if (found.config.includes("<Enabled>true</Enabled>"))
        return failure({ status: 409, code: "DistributionNotDisabled" });
    const used = kind.path === "vpc-origin" && [...all.values()].some(({ config }) => config.includes(`>${id}<`));
    if (used) return failure({ status: 409, code: "CannotDeleteEntityWhileInUse" });
    all.delete(id);
    return { status: 204, headers: {}, body: "" };
}

const itsOwn = "<CloudFrontDefaultCertificate>false</CloudFrontDefaultCertificate>";

/** All of a kind, for who looks at an account: nothing of ours asks for it. */
function list(kind: Kind, all: readonly Kept[]): Answered {
    const items = all
        .filter((one) => one.kind === kind)
        .map((one) => {
            const inner = one.config
                .replace(new RegExp(`^<${kind.config}>|</${kind.config}>$`, "g"), "")
                .replace(/<ViewerCertificate>(?!.*<CloudFrontDefault)/s, `$&${itsOwn}`);
            return `<${kind.element}Summary>${facts(one)}${inner}</${kind.element}Summary>`;
        });
    const rest = `<Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>${items.length}</Quantity>`;
    const root = `${kind.element}List`;
    return xml(200, `<${root} xmlns="${namespace}">${rest}<Items>${items.join("")}</Items></${root}>`);
}

const etag = ({ id, version }: Kept) => `${id}-${version}`;

function whole(status: number, kept: Kept): Answered {
    const { kind, config } = kept;
    const body = `<${kind.element} xmlns="${namespace}">${facts(kept)}${config}</${kind.element}>`;
    return xml(status, body, etag(kept));
}

/** What is so without having been said. */
function facts({ id, kind, arn }: Kept): string {
    const distribution =
        kind.path === "distribution"
            ? `${nobody("ActiveTrustedSigners")}${nobody("ActiveTrustedKeyGroups")}<InProgressInvalidationBatches>0</InProgressInvalidationBatches><DomainName>${id.toLowerCase()}.cloudfront.net</DomainName>`
            : "<CreatedTime>2026-01-01T00:00:00Z</CreatedTime>";
    return `<Id>${id}</Id><ARN>${arn}</ARN><Arn>${arn}</Arn><Status>Deployed</Status><LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime>${distribution}`;
}

const nobody = (name: string) => `<${name}><Enabled>false</Enabled><Quantity>0</Quantity></${name}>`;

function configOf({ config }: Kind, text: string): string {
    const inner = new RegExp(`<${config}(?: [^>]*)?>([\\s\\S]*)</${config}>`).exec(text)?.[1];
    if (inner === undefined) throw new Error(`no ${config} in ${text}`);
    const left =
        config === "DistributionConfig" ? Object.keys(always).filter((name) => !inner.includes(`<${name}>`)) : [];
    return `<${config}>${inner}${left.map((name) => `<${name}>${always[name]}</${name}>`).join("")}</${config}>`;
}

/** What CloudFront says in any case. */
const always: Readonly<Record<string, string>> = {
    Logging: "<Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket></Bucket><Prefix></Prefix>",
    ...Object.fromEntries(
        ["Aliases", "CacheBehaviors", "CustomErrorResponses", "OriginGroups"].map((name) => [
            name,
            "<Quantity>0</Quantity>",
        ]),
    ),
};

function tagsOf(text: string): [string, string][] {
    return [...text.matchAll(/<Tag><Key>(.*?)<\/Key><Value>(.*?)<\/Value><\/Tag>/g)].map(([, key, value]) => [
        key,
        value,
    ]);
}

function xml(status: number, body: string, version?: string): Answered {
    const headers = { "content-type": "text/xml", ...(version ? { etag: version } : {}) };
    return { status, headers, body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}

function failure({ status, code }: { status: number; code: string }): Answered {
    return xml(
        status,
        `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    );
}

/** S3Fault is an answer of S3 that says no. */
export class S3Fault extends Error {
    override readonly name = "S3Fault";

    constructor(
        readonly code: S3FaultCode,
        message?: string,
        /** Further headers of the answer. */
        readonly headers: Readonly<Record<string, string>> = {},
    ) {
        super(message ?? FAULTS[code][1]);
    }

    get status(): number {
        return FAULTS[this.code][0];
    }
}

export type S3FaultCode = keyof typeof FAULTS;

const FAULTS = {
    AccessDenied: [403, "Access Denied."],
    AccessForbidden: [403, "CORSResponse: This CORS request is not allowed. No CORS rule of the bucket fits it."],
    BadDigest: [400, "The checksum you specified does not match what was received."],
    BucketAlreadyOwnedByYou: [409, "The bucket is there already, and is yours."],
    BucketNotEmpty: [409, "The bucket is not empty: delete its objects, versions and delete markers first."],
    ConditionalRequestConflict: [409, "Another request changed the object meanwhile: try again."],
    EntityTooLarge: [400, "The object is larger than 5 GiB: upload it in parts."],
    EntityTooSmall: [400, "A part other than the last is smaller than 5 MiB."],
    IllegalVersioningConfigurationException: [400, "The versioning status must be Enabled or Suspended."],
    // No code of S3's own, whose disk has no end; MinIO answers 507 too. Clients do not try it again by themselves.
    InsufficientStorage: [507, "The disk of this machine is full: make room, and try again."],
    InternalError: [500, "The server failed. The agent's log says more."],
    InvalidArgument: [400, "An argument is not valid."],
    InvalidBucketName: [400, "The bucket's name is not valid: 3 to 63 lower-case letters, digits, dots and hyphens."],
    InvalidDigest: [400, "The checksum you specified is not valid."],
    InvalidPart: [400, "A part was not uploaded, or its ETag or checksum is another."],
    InvalidPartOrder: [400, "The parts must be listed by rising numbers."],
    InvalidRange: [416, "The range lies outside of the object."],
    InvalidRequest: [400, "The request is not valid."],
    InvalidURI: [400, "The request's target is not percent-encoded UTF-8."],
    KeyTooLongError: [400, "The key is longer than 1024 bytes."],
    MalformedXML: [400, "The XML you provided is not well formed, or not what was expected."],
    MethodNotAllowed: [405, "The method is not allowed against this resource."],
    MissingContentLength: [411, "The header Content-Length is needed."],
    NoSuchBucket: [404, "The bucket does not exist."],
    NoSuchCORSConfiguration: [404, "The bucket has no CORS rules."],
    NoSuchKey: [404, "The key does not exist."],
    NoSuchLifecycleConfiguration: [404, "The bucket has no lifecycle rules."],
    NoSuchUpload: [404, "The upload does not exist: it was completed or aborted, or its id is wrong."],
    NoSuchVersion: [404, "The version does not exist."],
    NotImplemented: [501, "This is not implemented on local."],
    NotModified: [304, "Not modified."],
    PreconditionFailed: [412, "A precondition of the request does not hold."],
    SlowDown: [503, "The server is stopping: try again."],
} as const satisfies Record<string, readonly [number, string]>;

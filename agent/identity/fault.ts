/** SignatureFault says why a request is not taken for its signer's. It never carries a secret. */
export class SignatureFault extends Error {
    override readonly name = "SignatureFault";

    constructor(
        readonly code: SignatureFaultCode,
        message: string,
    ) {
        super(message);
    }

    /** The HTTP status to answer with. */
    get status(): number {
        return WIRE[this.code].status;
    }

    /** The error code of services which speak XML: S3. */
    get xmlCode(): string {
        return WIRE[this.code].xml;
    }

    /** The error type of services which speak JSON: DynamoDB, KMS. These answer 400 to all of them. */
    get jsonCode(): string {
        return WIRE[this.code].json;
    }
}

export type SignatureFaultCode = keyof typeof WIRE;

const WIRE = {
    /** No signature at all. */
    Unsigned: { status: 403, xml: "AccessDenied", json: "MissingAuthenticationTokenException" },
    /** A signature which cannot be read. */
    Malformed: { status: 400, xml: "AuthorizationHeaderMalformed", json: "IncompleteSignatureException" },
    /** A target which cannot be read. */
    BadTarget: { status: 400, xml: "InvalidURI", json: "IncompleteSignatureException" },
    UnknownKey: { status: 403, xml: "InvalidAccessKeyId", json: "UnrecognizedClientException" },
    BadSignature: { status: 403, xml: "SignatureDoesNotMatch", json: "InvalidSignatureException" },
    /** The clocks differ too much. */
    Skewed: { status: 403, xml: "RequestTimeTooSkewed", json: "InvalidSignatureException" },
    /** A presigned URL whose time is over, or has not come. */
    Expired: { status: 403, xml: "AccessDenied", json: "InvalidSignatureException" },
    /** A header which has to be signed is not. */
    NotCovered: { status: 403, xml: "AccessDenied", json: "InvalidSignatureException" },
    /** The body is not the one that was signed. */
    BadPayload: { status: 400, xml: "XAmzContentSHA256Mismatch", json: "InvalidSignatureException" },
    /** The body is not in the framing that its headers announce. */
    BadFraming: { status: 400, xml: "IncompleteBody", json: "InvalidSignatureException" },
} as const;

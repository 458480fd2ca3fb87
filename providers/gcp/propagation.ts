import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { stackScope } from "../../components/cloud";
import { deploys } from "../deploys";
import { wordsOf } from "./failed";

/**
 * What GCP answers while it has not yet heard, everywhere, of what it has itself acknowledged: an API that was enabled, a
 * grant, a service account. Google says up to 7 minutes. Nothing else is tried again here: the provider does what it knows.
 */
const passing: readonly RegExp[] = [
    /SERVICE_DISABLED|accessNotConfigured|has not been used in project \S+ before or it is disabled/,
    /cloudkms\.cryptoKeyVersions\.useTo(Encrypt|Decrypt)\b/,
    /cryptoKeyEncrypterDecrypter[^]*grant|grant[^]*cryptoKeyEncrypterDecrypter|KMS key access denied[^]*has been granted/i,
    /Permission denied on Cloud KMS key|(service (account|agent)|P4SA) .*(lacks|does not have|missing).* (KMS|key)\b/i,
    /Permission denied on secret/,
    /Service [Aa]ccount \S+ (does not exist|was not found)|Unknown service account/i,
    /Permission 'iam\.serviceaccounts\.actAs' denied/i,
    /Service Agent .*(must have permission to read the image|does not have permission to get access tokens)/,
    /Cloud Pub\/Sub did not have the necessary permissions configured/,
    /Per-Product Per-Project Service Account is not found/i,
    /service agent(s)? .*(being (created|provisioned)|does not exist|not (yet )?ready)/i,
];

/** Seconds between the attempts: eleven minutes together. */
const soon = [5, 10, 20, ...Array.from({ length: 21 }, () => 30)];

/**
 * Cloud Run keeps addresses in the subnet of what has run for up to two hours after it is deleted, and nobody can take them
 * away. `pulumi destroy --run-program` waits for that; without the program, what is left is deleted by the next `destroy`.
 * Source: cloud.google.com/run/docs/configuring/vpc-direct-vpc
 */
const held = /already being used by \S*\/addresses\/serverless-ipv[46]-/;
const late = Array.from({ length: 90 }, () => 90);

/**
 * The APIs by which others are turned on. A stack cannot turn them on itself, so that of these alone SERVICE_DISABLED does not
 * pass.
 */
const first =
    /(Service Usage|Cloud Resource Manager) API has not been used in project|(apis\/api\/|"service": ?")(serviceusage|cloudresourcemanager)\.googleapis\.com/;

/** What to do about a refusal, where Google's own words do not say: that one is not waited for. */
const cures: readonly (readonly [RegExp, (error: string) => string])[] = [
    [
        first,
        (error) =>
            "Others are turned on by this API, so it must be on before, once in a project. Run `gcloud services enable serviceusage.googleapis.com " +
            `cloudresourcemanager.googleapis.com --project ${/in project ([\w:.-]+) before/.exec(error)?.[1] ?? "<project>"}\`, and \`pulumi up\` some minutes later.`,
    ],
    // The provider sends the size that the state has: pulumi/pulumi-gcp#2307.
    [
        /disk size cannot decrease/i,
        () => "Its disk has grown by itself, which the state does not know: `pulumi up --refresh`.",
    ],
];

/** Whether a failure is one which passes by itself. */
export function passes(error: string): boolean {
    if (cureOf(error) !== undefined) return false;
    return held.test(error) || passing.some((pattern) => pattern.test(error));
}

function cureOf(error: string): string | undefined {
    return cures.find(([pattern]) => pattern.test(error))?.[1](error);
}

/** The seconds to wait before the next attempt; undefined when there is to be none. `errors` has the newest first. */
export function pauseAfter(errors: readonly string[]): number | undefined {
    const [newest = ""] = errors;
    return passes(newest) ? (held.test(newest) ? late : soon)[errors.length - 1] : undefined;
}

const hooks = new WeakMap<object, pulumi.ErrorHook>();

/** Options by which the engine tries again while GCP spreads the word. All of a stack's resources have the same hook. */
export function untilPropagated(): Pick<pulumi.CustomResourceOptions, "hooks"> {
    if (!engineCalls()) return {};
    const scope = stackScope();
    let hook = hooks.get(scope);
    if (!hook) hooks.set(scope, (hook = new pulumi.ErrorHook("mvi-gcp-propagation", tryAgain)));
    return { hooks: { onError: [hook] } };
}

/**
 * Whether there is an engine that calls a hook. A language host that is much older than the SDK (it says no root directory)
 * hands none on, and would fail the program. Programs of the Automation API have no language host.
 */
function engineCalls(): boolean {
    const { PULUMI_NODEJS_MONITOR: hosted, PULUMI_NODEJS_ROOT_DIRECTORY: root } = process.env;
    return deploys() && (hosted === undefined || root !== undefined);
}

/** Waits as long as it is to be waited, and answers whether to try again; else tells what was said last in what has failed. */
export async function tryAgain(
    { name, type, errors, failedOperation }: Pick<pulumi.ErrorHookArgs, "name" | "type" | "errors" | "failedOperation">,
    unit = 1000,
): Promise<boolean> {
    if (await spreads(errors, unit, `${name}: `)) return true;
    const cure = cureOf(errors[0] ?? "");
    if (cure !== undefined) await pulumi.log.error(`${name} has failed. ${cure}`);
    const words = failedOperation === "delete" ? undefined : await wordsOf({ name, type });
    if (words !== undefined) await pulumi.log.error(`${name} has failed. What it said last:\n${words}`);
    return false;
}

/**
 * Waits while a refusal is one that passes by itself, and answers whether to ask again. A preview waits for nothing.
 *
 * @param refusals - the newest first
 * @param unit - milliseconds of a second
 * @param who - what is said before, of whom
 */
export async function spreads(refusals: readonly string[], unit = 1000, who = ""): Promise<boolean> {
    const seconds = pulumi.runtime.isDryRun() ? undefined : pauseAfter(refusals);
    if (seconds === undefined) return false;
    const why = held.test(refusals[0]) ? "Cloud Run still holds it" : "GCP is still spreading the word";
    await pulumi.log.info(`${who}${why}; it is tried again in ${seconds} seconds`);
    await sleep(seconds * unit);
    return true;
}

import { at, each, isSecret, isText, type Inputs, type Loose, type Rule } from "./rule";

const service = "gcp:cloudrunv2/service:Service";
const worker = "gcp:cloudrunv2/workerPool:WorkerPool";
const job = "gcp:cloudrunv2/job:Job";
const running = [service, worker, job];

/** What an instance is made from: a job has it one level deeper. */
const templateOf = (inputs: Inputs) => (at(inputs, "template.template") ?? inputs.template) as Inputs;
const containersOf = (inputs: Inputs) => each(templateOf(inputs), "containers");
const internet = "INGRESS_TRAFFIC_ALL";

/** Cloud Run, and what starts its jobs. */
export const runs: readonly Rule[] = [
    {
        says: "runs as an account of the program's own, which nothing else runs as",
        of: running,
        holds(inputs, { all }) {
            const account = templateOf(inputs).serviceAccount;
            const same = all.filter(
                ({ type, inputs: other }) => running.includes(type) && templateOf(other).serviceAccount === account,
            );
            return isText(account) && !account.includes("-compute@developer") && same.length === 1;
        },
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).serviceAccount,
    },
    {
        says: "runs an image by its digest",
        of: running,
        holds: (inputs) => containersOf(inputs).every(({ image }) => /@sha256:[0-9a-f]{64}$/.test(String(image))),
        spoil: (inputs) => void ((containersOf(inputs as Inputs)[0] as Loose).image = "docker.io/library/node:22"),
    },
    {
        says: "has no secret among its plain variables, and none in its command",
        of: running,
        holds: (inputs) =>
            containersOf(inputs).every(
                ({ envs, args, commands }) =>
                    !isSecret(envs) &&
                    ![args, commands].some(
                        (words) => isSecret(words) || (words as unknown[] | undefined)?.some(isSecret),
                    ) &&
                    each({ envs }, "envs").every((variable) => !isSecret(variable) && !isSecret(variable.value)),
            ),
        spoil: (inputs) =>
            void (containersOf(inputs as Inputs)[0] as Loose).envs.push({ name: "A", value: { secret: "b" } }),
    },
    {
        says: "is encrypted with a key of one's own",
        of: running,
        holds: (inputs) => isText(templateOf(inputs).encryptionKey),
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).encryptionKey,
    },
    {
        says: "goes out through the network",
        of: running,
        holds: (inputs) =>
            isText(at(templateOf(inputs), "vpcAccess.egress")) &&
            each(templateOf(inputs), "vpcAccess.networkInterfaces").some(({ subnetwork }) => isText(subnetwork)),
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).vpcAccess,
    },
    {
        says: "is of the second generation, which is a whole Linux",
        of: [service, job],
        holds: (inputs) => templateOf(inputs).executionEnvironment === "EXECUTION_ENVIRONMENT_GEN2",
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).executionEnvironment,
    },
    {
        says: "says how much CPU and memory it has",
        of: running,
        holds: (inputs) =>
            containersOf(inputs).every((one) =>
                [at(one, "resources.limits.cpu"), at(one, "resources.limits.memory")].every(isText),
            ),
        spoil: (inputs) => void delete (containersOf(inputs as Inputs)[0] as Loose).resources.limits.memory,
    },
    {
        says: "goes with its stack: whoever is to stay keeps its data elsewhere",
        of: running,
        holds: ({ deletionProtection, deletionPolicy }) => deletionProtection === false && deletionPolicy === "DELETE",
        spoil: (inputs: Loose) => void delete inputs.deletionProtection,
    },
    {
        says: "is open to the internet only where it is public, and then asks for no rights of Google's",
        of: [service],
        holds: ({ ingress, invokerIamDisabled }) =>
            isText(ingress) && (ingress !== internet || invokerIamDisabled === true),
        spoil: (inputs: Loose) => void Object.assign(inputs, { ingress: internet, invokerIamDisabled: false }),
    },
    {
        says: "asks who comes, unless it is public",
        of: [service],
        holds: ({ ingress, invokerIamDisabled }) =>
            invokerIamDisabled !== true || ingress !== "INGRESS_TRAFFIC_INTERNAL_ONLY",
        spoil: (inputs: Loose) =>
            void Object.assign(inputs, { ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY", invokerIamDisabled: true }),
    },
    {
        says: "is asked whether it has started",
        of: [service],
        holds: (inputs) => Boolean(at(containersOf(inputs)[0], "startupProbe.failureThreshold")),
        spoil: (inputs) => void delete (containersOf(inputs as Inputs)[0] as Loose).startupProbe,
    },
    {
        says: "has a bound: how many instances there are at most",
        of: [service],
        holds: (inputs) => Number(at(inputs, "template.scaling.maxInstanceCount")) <= 1000,
        spoil: (inputs: Loose) => void delete inputs.template.scaling.maxInstanceCount,
    },
    {
        says: "ends after a time, and is tried again so often only",
        of: [job],
        holds: (inputs) => isText(templateOf(inputs).timeout) && Number(templateOf(inputs).maxRetries) <= 10,
        spoil: (inputs) => void delete (templateOf(inputs as Inputs) as Loose).timeout,
    },
    {
        says: "calls as an account of the program's own, over TLS",
        of: ["gcp:cloudscheduler/job:Job"],
        holds: (inputs) =>
            [at(inputs, "httpTarget.oauthToken"), at(inputs, "httpTarget.oidcToken")].some((token) =>
                isText(at(token, "serviceAccountEmail")),
            ) && String(at(inputs, "httpTarget.uri")).startsWith("https://"),
        spoil: (inputs: Loose) => void delete inputs.httpTarget.oauthToken,
    },
    {
        says: "runs as an account of the program's own, under its key",
        of: ["gcp:workflows/workflow:Workflow"],
        holds: ({ serviceAccount, cryptoKeyName }) => isText(serviceAccount) && isText(cryptoKeyName),
        spoil: (inputs: Loose) => void delete inputs.cryptoKeyName,
    },
];

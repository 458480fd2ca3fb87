/** What must be there before what on GCP, as Google's documentation and first deployments have it; asked of what a program registers. */

import { apiFor } from "../../providers/gcp/apis";
import { probes } from "../../providers/gcp/network-firewall";
import {
    broken as brokenOf,
    dependentsOf,
    inputsOf,
    kind,
    madeOf as made,
    ofKind,
    type Order,
    some,
    text,
    transitive,
} from "../support/order";
import type { Recorded } from "../support/record";

export type { Order };

/** What breaks an order, in words. */
export const broken = (all: readonly Recorded[], of = orders) => brokenOf(all, of);

const apiOf = (all: readonly Recorded[], name: string) =>
    some(
        all.filter((one) => one.name === `stack-apis-api-${name}`),
        `API ${name}`,
    );

/** Whose agent encrypts, by the module of what is encrypted. */
const agentOf: Readonly<Record<string, string>> = { cloudrunv2: "run", sql: "sqladmin" };
const moduleOf = ({ type }: Recorded) => type.split(":")[1].split("/")[0];

/** The service account as which a resource runs, by its e-mail address. */
const accountIn = ({ inputs }: Recorded) =>
    /"([a-z][a-z0-9-]+@[a-z0-9-]+\.iam\.gserviceaccount\.com)"/.exec(text(inputs))?.[1];
const grantsTo = (account: string | undefined, all: readonly Recorded[], pattern: RegExp) =>
    ofKind(all, pattern).filter(({ inputs }) => String(inputs.member).endsWith(`:${account}`));

export const orders: readonly Order[] = [
    {
        why: "an API answers SERVICE_DISABLED until it is enabled",
        later: /^gcp:(?!projects\/service:)/,
        alone: true,
        earlier: ({ type }, all) => apiOf(all, apiFor(type)!),
    },
    {
        why: "a service is refused a key that its agent may not use yet",
        later: /^gcp:(?!kms\/)/,
        alone: true,
        earlier: (one, all) => {
            const keys = [...text(one.inputs).matchAll(/"\w*(?:kmsKey|encryptionKey|cryptoKey)\w*":"([^"]+)"/gi)];
            if (!keys.length) return [];
            const service = agentOf[moduleOf(one)] ?? moduleOf(one);
            const grants = ofKind(all, /^CryptoKeyIAMMember$/).filter(({ name }) => name.endsWith(`-${service}`));
            return some(
                grants.filter(({ inputs }) => keys.some(([, key]) => key === inputs.cryptoKeyId)),
                `grant of its key to ${service}`,
            );
        },
    },
    {
        why: "IAM refuses a member that is not there: a service's agent is made by a question or a resource of its own",
        later: /^gcp:kms\/cryptoKeyIAMMember:/,
        earlier: ({ name, inputs }, all) => {
            if (!name.startsWith("stack-key-users-")) return [];
            const service = name.split("-").pop()!;
            // These are made with the API, or by a question to it.
            return /@(gcp-sa-(?!logging)|serverless-robot)/.test(String(inputs.member))
                ? some(
                      ofKind(all, /^ServiceIdentity$/).filter((one) => one.name.endsWith(`-${service}`)),
                      "agent",
                  )
                : apiOf(all, service);
        },
    },
    {
        why: "what starts at once is refused what its account may not do yet, such as a secret",
        later: /^gcp:(cloudrunv2\/(service|workerPool|job)|compute\/regionInstanceTemplate):/,
        alone: true,
        earlier: (one, all) => {
            const grants = grantsTo(accountIn(one), all, /IAMMember$/i);
            // To start it, one must be there: that is what others are given, or the account on itself, by whoever signs.
            const itself = (grant: Recorded) =>
                /^(Service|Job)IamMember$/.test(kind(grant)) && transitive(grant, all).has(one);
            return grants.filter((grant) => !itself(grant));
        },
    },
    {
        why: "what starts at once has no way out to what it connects to",
        later: /^gcp:(cloudrunv2\/(service|workerPool|job)|compute\/regionInstanceTemplate):/,
        alone: true,
        earlier: (one, all) => {
            const ways = ofKind(all, /^Firewall$/).filter(
                ({ inputs }) =>
                    inputs.direction === "EGRESS" &&
                    (inputs.targetTags as string[] | undefined)?.some((tag) => text(one.inputs).includes(text(tag))),
            );
            // Two links may be allowed the same: one of them is enough.
            const before = transitive(one, all);
            const same = (way: Recorded) => text([way.inputs.destinationRanges, way.inputs.allows]);
            return ways.filter(
                (way) => before.has(way) || !ways.some((other) => before.has(other) && same(other) === same(way)),
            );
        },
    },
    {
        why: "a service of Cloud Run is called from within the network only, unless it is public by its own URL",
        later: /^gcp:(cloudrunv2\/(service|workerPool|job)|compute\/regionInstanceTemplate):/,
        earlier: (one, all) => {
            const called = grantsTo(accountIn(one), all, /^ServiceIamMember$/)
                .map(({ inputs }) => ofKind(all, /^Service$/).find((service) => service.inputs.name === inputs.name)!)
                .filter(({ inputs }) => inputs.ingress !== "INGRESS_TRAFFIC_ALL");
            return called.flatMap((service) => {
                const [url] = service.inputs.customAudiences as string[];
                const zones = ofKind(all, /^ManagedZone$/).filter(({ inputs }) => {
                    const [, network] = /"networkUrl":("[^"]+")/.exec(text(inputs))!;
                    return `${url}.`.endsWith(String(inputs.dnsName)) && text(one.inputs).includes(network);
                });
                return some(dependentsOf(zones, all, /^RecordSet$/), `name of ${service.name} in its network`);
            });
        },
    },
    {
        why: "Google makes a cache's endpoint by a policy of the network",
        later: /^gcp:memorystore\/instance:/,
        alone: true,
        earlier: (_, all) => some(ofKind(all, /^ServiceConnectionPolicy$/), "policy"),
    },
    {
        why: "a server by private services access is refused before that API is on",
        later: /^gcp:sql\/databaseInstance:/,
        alone: true,
        earlier: ({ inputs }, all) =>
            text(inputs).includes('"privateNetwork"') ? apiOf(all, "servicenetworking") : [],
    },
    {
        why: "an endpoint is made of a server's attachment",
        later: /^gcp:compute\/forwardingRule:/,
        earlier: (one, all) =>
            /serviceAttachments/.test(text(one.inputs)) ? inputsOf(/^DatabaseInstance$/)(one, all) : [],
    },
    {
        why: "a backend refuses a group of endpoints or machines that is not there",
        later: /^gcp:compute\/backendService:/,
        earlier: inputsOf(/^Region(NetworkEndpointGroup|InstanceGroupManager)$/),
    },
    {
        why: "routes lead to backends that are there",
        later: /^gcp:compute\/targetHttpsProxy:/,
        earlier: inputsOf(/^URLMap$/),
    },
    {
        why: "an entry is deleted only when no proxy shows its map",
        later: /^gcp:compute\/targetHttpsProxy:/,
        alone: true,
        earlier: (one, all) =>
            some(dependentsOf(made(one, all, /^CertificateMap$/), all, /^CertificateMapEntry$/), "entry"),
    },
    {
        why: "machines that Google cannot ask are taken for dead, and replaced",
        later: /^gcp:compute\/regionInstanceGroupManager:/,
        alone: true,
        earlier: (one, all) => {
            if (!one.inputs.autoHealingPolicies) return [];
            const machines = text(made(one, all, /^RegionInstanceTemplate$/).map(({ inputs }) => inputs.tags));
            const rules = ofKind(all, /^Firewall$/).filter(
                ({ inputs }) =>
                    text(inputs.sourceRanges) === text(probes) &&
                    (inputs.targetTags as string[]).some((tag) => machines.includes(text(tag))),
            );
            // A load balancer before them has one of its own, which comes after them.
            const before = transitive(one, all);
            const waited = rules.filter((rule) => before.has(rule));
            return some(waited.length ? waited : rules, "rule for Google's probes");
        },
    },
    {
        why: "a job that makes a database's users reaches it by a way and a name in the network",
        later: /^gcp:cloudrunv2\/job:/,
        alone: true,
        earlier: (one, all) => {
            if (!/-userMade-/.test(one.name)) return [];
            const [server] = inputsOf(/^DatabaseInstance$/)(one, all);
            const names = some(dependentsOf([server], all, /^RecordSet$/), "name of the server");
            return [...dependentsOf([server], all, /^ForwardingRule$/), ...names];
        },
    },
    {
        why: "a configuration is served by an API of its own",
        later: /^gcp:endpoints\/service:/,
        alone: true,
        earlier: (_, all) => apiOf(all, "servicecontrol"),
    },
    {
        why: "an alarm would ring before there is somebody who listens",
        later: /^gcp:monitoring\/uptimeCheckConfig:/,
        alone: true,
        earlier: ({ name, inputs }, all) =>
            // A service's own URL is there with the service.
            /\.run\.app"/.test(text(inputs.monitoredResource))
                ? []
                : some(
                      all.filter((one) => one.name === name.replace(/-uptime$/, "-listener-https")),
                      "listener",
                  ),
    },
    {
        why: "a certificate is made by a record that proves the domain, or of a name that is there",
        later: /^gcp:certificatemanager\/certificate:/,
        alone: true,
        earlier: (one, all) => {
            const asked = made(one, all, /^DnsAuthorization$/);
            return asked.length
                ? [...asked, ...some(dependentsOf(asked, all, /^RecordSet$/), "record")]
                : some(
                      all.filter(({ type }) => /^gcp:endpoints\/service:/.test(type)),
                      "name of Google's",
                  );
        },
    },
    {
        why: "a line is kept nowhere that is kept out before its sink takes it",
        later: /^gcp:logging\/projectExclusion:/,
        earlier: inputsOf(/^ProjectSink$/),
    },
    {
        why: "a schedule starts what may be started by it",
        later: /^gcp:cloudscheduler\/job:/,
        alone: true,
        earlier: (one, all) => some(grantsTo(accountIn(one), all, /IAMMember$/i), "grant of its account"),
    },
];

/** What GCP computes for what runs, and for load balancers. */

type Computed = Readonly<
    Record<string, (name: string, inputs: Record<string, unknown>) => Readonly<Record<string, unknown>>>
>;

export const digest = `sha256:${"d".repeat(64)}`;

export const runs = (project: string, region: string): Computed => {
    const global = (kind: string) => (name: string) => ({ id: `projects/${project}/global/${kind}/${name}` });
    return {
        "docker-build:index:Image": () => ({ digest }),
        "gcp:cloudrunv2/job:Job": (name, inputs) => ({
            id: `projects/${project}/locations/${region}/jobs/${name}`,
            name: inputs.name,
            latestCreatedExecutions: [{ name: `${name}-run`, completionTime: "2026-11-21T09:30:00Z" }],
        }),
        "gcp:workflows/workflow:Workflow": (name) => ({
            id: `projects/${project}/locations/${region}/workflows/${name}`,
        }),
        "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager": (name) => ({
            id: `projects/${project}/regions/${region}/instanceGroupManagers/${name}`,
            instanceGroup: `https://compute/regions/${region}/instanceGroups/${name}`,
        }),
        "gcp:compute/globalAddress:GlobalAddress": (name) => ({ ...global("addresses")(name), address: "192.0.2.7" }),
        "gcp:compute/backendService:BackendService": global("backendServices"),
        "gcp:compute/uRLMap:URLMap": global("urlMaps"),
        "gcp:compute/securityPolicy:SecurityPolicy": global("securityPolicies"),
        "gcp:compute/sSLPolicy:SSLPolicy": global("sslPolicies"),
        "gcp:certificatemanager/certificate:Certificate": (name) => ({
            id: `projects/${project}/locations/global/certificates/${name}`,
        }),
        "gcp:certificatemanager/certificateMap:CertificateMap": (name) => ({
            id: `projects/${project}/locations/global/certificateMaps/${name}`,
        }),
        "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": (name, inputs) => ({
            id: `projects/${project}/locations/global/dnsAuthorizations/${name}`,
            dnsResourceRecords: [
                { name: `_acme-challenge.${inputs.domain as string}.`, type: "CNAME", data: `${name}.authorize.goog.` },
            ],
        }),
        "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": (name) => ({ uptimeCheckId: `${name}-1` }),
    };
};

/** The zones that the project has. */
export const zones = {
    managedZones: [
        { name: "example", dnsName: "example.com.", visibility: "public" },
        { name: "inside", dnsName: "shop.example.com.", visibility: "private" },
    ],
};

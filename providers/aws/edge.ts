import * as pulumi from "@pulumi/pulumi";
import * as cloudfront from "@pulumi/aws/cloudfront";
import type { Site } from "../../components/site";
import { type AliasTarget, certificateFor, edgeRegion, pointTo } from "./domain";
import { edgeLogs } from "./edge-logs";
import { entryHeader, type SharedBalancer } from "./shared-balancer";
import { tags } from "./tags";

/** EdgeArgs says how the internet comes in. */
export interface EdgeArgs {
    readonly shared: SharedBalancer;
    /** @default CloudFront's own */
    readonly domain?: string;
    /** The ARN of a web ACL. @default none */
    readonly firewall?: pulumi.Input<string>;
}

/** What AWS has ready under these ids, in every account (CloudFront's guide, "Use managed policies"). */
const managed = {
    cachingDisabled: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    allViewer: "216adef6-5c7f-47e4-b989-5492eafa07d3",
    securityHeaders: "67f7725c-6f97-4210-82d7-5512b31e9d03",
};

/**
 * HTTPS from the first deployment, with a domain or without one: CloudFront before the stack's load balancer. It caches
 * nothing, and passes on what the client sent. An answer has to begin within 120 seconds.
 */
export function edge(site: Site, { shared, domain, firewall }: EdgeArgs) {
    const certificate = domain === undefined ? undefined : certificateFor(site, [domain], edgeRegion);
    const distribution = site.make("edge", cloudfront.Distribution, {
        comment: `${site.name} of ${pulumi.getProject()}/${pulumi.getStack()}`,
        enabled: true,
        httpVersion: "http2and3",
        isIpv6Enabled: true,
        priceClass: "PriceClass_All",
        aliases: domain === undefined ? [] : [domain],
        origins: [
            {
                originId: "balancer",
                domainName: shared.balancer.dnsName,
                vpcOriginConfig: {
                    vpcOriginId: shared.origin.id,
                    originReadTimeout: 120,
                    originKeepaliveTimeout: 60,
                },
                customHeaders: [{ name: entryHeader, value: site.name }],
            },
        ],
        defaultCacheBehavior: {
            targetOriginId: "balancer",
            viewerProtocolPolicy: "redirect-to-https",
            allowedMethods: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
            cachedMethods: ["GET", "HEAD"],
            cachePolicyId: managed.cachingDisabled,
            originRequestPolicyId: managed.allViewer,
            responseHeadersPolicyId: managed.securityHeaders,
            compress: true,
        },
        restrictions: { geoRestriction: { restrictionType: "none", locations: [] } },
        viewerCertificate: certificate
            ? {
                  acmCertificateArn: certificate.arn,
                  sslSupportMethod: "sni-only",
                  minimumProtocolVersion: "TLSv1.2_2021",
              }
            : { cloudfrontDefaultCertificate: true },
        webAclId: firewall,
        tags: tags(site),
    });
    edgeLogs(site, distribution);
    const target: AliasTarget = { name: distribution.domainName, zoneId: distribution.hostedZoneId };
    if (domain !== undefined) pointTo(site, certificate!.zone, [domain], target, "A", "AAAA");
    const host = domain === undefined ? distribution.domainName : pulumi.output(domain);
    return { url: pulumi.interpolate`https://${host}`, address: distribution.domainName, distribution };
}

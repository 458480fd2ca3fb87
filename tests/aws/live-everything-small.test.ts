import { everything } from "../../examples/everything";
import { journey } from "./journey";

journey({
    name: "Every component",
    program: everything,
    profile: "small",
    settings: {
        "everything:token": { value: "planted-token-value", secret: true },
        "everything:imageReference": `ghcr.io/example/app@sha256:${"0".repeat(64)}`,
        "everything:domain": "shop.example.com",
    },
    // A domain's zone is there before, and so is a network that somebody else looks after.
    prepare: async (emulator) => {
        await emulator.send(
            "route53",
            "POST",
            "/2013-04-01/hostedzone",
            `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>example.com</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>`,
        );
        const made = await emulator.ask<string>("ec2", "2016-11-15 DescribeVpcs");
        return { "everything:existingNetwork": /<vpcId>(.*?)</.exec(made)![1] };
    },
});

/** Where it is said how long AWS takes. */

import { log } from "./log";

export const whole = log(
    "sachinjanghale/aws-test-infrastructure",
    "3e86490002492dcae19dfd24f06a7f3aa2be17f9",
    "terraform-apply.log",
);
export const devsu = log(
    "sebas411/devsu-demo",
    "0cd684923e6b66f39ec7088b881987bec1f580ad",
    "terraform/terraform_apply.log",
);
export const particle = log(
    "SubhanshuMG/Particle41-task",
    "3af601cf9067aeaf67140a8663339f54971f1029",
    "terraform/apply_output.txt",
);
export const education = log(
    "Cloud-Infra-Education/Terraform",
    "e082ef21788faa8fcab60b528994afc6c6d07a92",
    "terraform-apply-output.log",
);
export const rules = log(
    "Cloud-Infra-Education/Terraform",
    "117cddd0c5679881fa18b79335ed03ab7af1c8b9",
    "terraform-apply-argocd.log",
);
export const capstone = log("awehr3927/capstone1", "68ddfd1f80ad8ce2cb74e5bd741eaadeb9aa723a", "terraform_apply.log");
export const tiers = log(
    "wallacemendoza/aws-three-tier-infrstructure",
    "665b2f0fd0a3ddfbcb1f83781ad39ce2d38d6ea5",
    "apply_output.txt",
);
export const analyst = log(
    "pranaysathish/sentellent-equity-analyst",
    "2214ac5840a327ad776601f25fd4664574710fef",
    "infra/apply.log",
);
export const analystLater = log(
    "pranaysathish/sentellent-equity-analyst",
    "80d2fa890426e56bf7a04bd3452dc375f457c8b8",
    "infra/apply6.log",
);
export const lab = log(
    "Queuefour97/armageddon_lab12ab",
    "5ea1c72fbaad24564147d9ddc17c5fd1c2dbf9dc",
    "apply_output.txt",
);
export const steampipe = (thread: number) => `https://github.com/turbot/steampipe-plugin-aws/pull/${thread}`;

/** What the newest makes otherwise than an earlier commit did, on purpose, and how one knows that nobody's data or address goes. */

/** By what it is told of, and why it may be. */
type Meant = readonly [of: RegExp, why: string];

/** Resources of an earlier commit, by their URN, that there are no more. */
export const dropped: readonly Meant[] = [
    [
        /\$aws:iam\/rolePolicyAttachment:RolePolicyAttachment::[\w-]+RoleManaged-service-role\/awslambdaenimanagementaccess$/,
        "what it permitted stands in the function's own policy, for its own network alone",
    ],
    [
        /\$mvi:index:Log\$gcp:logging\/projectExclusion:ProjectExclusion::/,
        "twenty logs share one, which is made before: a line is kept twice for a moment, and none is lost",
    ],
];

/** Inputs that change, by type and name, and are taken without another resource. */
export const inPlace: readonly Meant[] = [
    [/^aws:iam\/rolePolicy:RolePolicy policy$/, "PutRolePolicy writes over the one that is there"],
    [/^aws:ecs\/service:Service forceNewDeployment$/, "it is an argument of UpdateService"],
    [/^docker-build:index:Image tags$/, "an image is another one by its content, and has another tag then"],
];

/** Types of which each deployment makes another one, as AWS has it: there is no other way to change one. */
export const revised = /^aws:ecs\/taskDefinition:/;

/** Inputs that change, by type and name, for which a cloud's own provider makes another resource. It stands on the page as it is. */
export const madeAnew: readonly Meant[] = [
    [
        /^aws:ecs\/service:Service (launchType|capacityProviderStrategies)$/,
        "a launch type is not given up in place, and with one, another profile's capacity would be another service: once, and the new one serves before the old one goes",
    ],
    [/^aws:appautoscaling\/\w+:\w+ resourceId$/, "a service's scaling goes with it"],
];

export const reasonFor = (meant: readonly Meant[], subject: string): string | undefined =>
    meant.find(([of]) => of.test(subject))?.[1];

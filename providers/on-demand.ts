import type { Cloud, DriverOf, ServiceName } from "../components/cloud";

/**
 * Drivers of which each is loaded when the first component needs it: a program with a container and a bucket does not wait for
 * the modules of eleven services. They load synchronously, since children that are made after a gap are lost (see `openCloud`).
 */
export function onDemand(loaders: { readonly [S in ServiceName]: () => DriverOf<S> }): Cloud["drivers"] {
    const drivers = Object.entries(loaders).map(([service, load]) => [
        service,
        (site: never, spec: never) => (load as () => DriverOf<ServiceName>)()(site, spec),
    ]);
    return Object.fromEntries(drivers) as Cloud["drivers"];
}

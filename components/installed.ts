/**
 * Is a package there? Asked before it is loaded, so that what is missing inside of a package does not pass for the package.
 *
 * @internal
 */
export function installed(dependency: string): boolean {
    try {
        require.resolve(`${dependency}/package.json`);
        return true;
    } catch (error) {
        // Some packages keep their package.json to themselves.
        return (error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
    }
}

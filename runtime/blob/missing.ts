/** What is answered, or undefined when it is refused because there is no such object, as `isMissing` tells. */
export function orMissing<T>(answer: Promise<T>, isMissing: (error: unknown) => boolean): Promise<T | undefined> {
    return answer.catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
    });
}

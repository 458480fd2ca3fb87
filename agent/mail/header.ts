/** Fields of a mail's header, for people. */

/** The value of the field `name` in the mail `text`, unfolded and in plain letters; empty when there is none. */
export function fieldOf(text: string, name: string): string {
    const head = text.slice(0, text.search(/\r?\n\r?\n/) >>> 0).replace(/\r?\n[ \t]+/g, " ");
    const line = head.split(/\r?\n/).find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return plain((line ?? "").slice(name.length + 1).trim());
}

/** RFC 2047: `=?utf-8?Q?gr=C3=BCn?=` is `grün`. */
function plain(value: string): string {
    return value
        .replace(/\?=\s+=\?/g, "?==?")
        .replace(/=\?([^?]+)\?([BQ])\?([^?]*)\?=/gi, (whole, charset: string, encoding: string, text: string) => {
            const bytes =
                encoding.toUpperCase() === "B"
                    ? Buffer.from(text, "base64")
                    : Buffer.from(
                          text
                              .replaceAll("_", " ")
                              .replace(/=([0-9A-F]{2})/gi, (_, code: string) =>
                                  String.fromCharCode(parseInt(code, 16)),
                              ),
                          "latin1",
                      );
            try {
                return new TextDecoder(charset).decode(bytes);
            } catch {
                return whole; // a charset that is not known: as it was sent
            }
        });
}

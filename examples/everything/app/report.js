/** A job: says what it would count, and ends. An ERROR in its log is counted by the log's filter. */
const [what = "nothing"] = process.argv.slice(2);
console.log(`counted ${what} in ${process.env.COLOUR ?? "no colour"}`);
if (what === "errors") console.log("ERROR one, as it was asked for");

import { guestbook } from "../../stacks/guestbook";
import { journey } from "./journey";

journey({
    name: "The guestbook",
    program: guestbook,
    profile: "small",
    keeps: /^rds\.Instance|^dynamodb\.Table|^s3\.Bucket: guestbook-uploads/,
    change: {
        key: "guestbook:title",
        to: "Visitors",
        steps: [
            "create-replacement guestbook-web-definition",
            "delete-replaced guestbook-web-definition",
            "replace guestbook-web-definition",
            "update guestbook-web",
        ],
    },
});

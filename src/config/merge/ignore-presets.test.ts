import assert from "node:assert/strict";
import { test } from "node:test";
import { IGNORE_PRESETS } from "./ignore-presets.ts";

/** As they really call themselves. */
const PREVIEWS = [
  "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
  "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
  "Slack-ImgProxy (+https://api.slack.com/robots)",
  "TelegramBot (like TwitterBot)",
  "WhatsApp/2.23.20.0",
  "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
  "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
  "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
  "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
  "Mozilla/5.0 (compatible; Yahoo Link Preview; https://help.yahoo.com/kb/mail/yahoo-link-preview-SLN23615.html)",
  "Mattermost-Bot/1.1",
  "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984",
  "Mozilla/5.0 (compatible; Discourse Forum Onebox v3.3.0)",
  "http.rb/5.1.1 (Mastodon/4.2.0; +https://mastodon.social/) Bot",
  "Lemmy/0.19.3; +https://lemmy.ml",
  "Misskey/2024.5.0 (https://misskey.io)",
  "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
  "Synapse (bot; +https://github.com/matrix-org/synapse)",
];

test("the preset crawlers knows what makes previews of links", () => {
  const misses = PREVIEWS.filter(
    (agent) => !IGNORE_PRESETS.crawlers.userAgents.some((part) => agent.toLowerCase().includes(part)),
  );
  assert.deepEqual(misses, []);
});

test("no preset knows a browser", () => {
  const safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/15.6 Safari/605.1.15";
  const parts = [...IGNORE_PRESETS.crawlers.userAgents, ...IGNORE_PRESETS.uptime.userAgents];
  assert.deepEqual(
    parts.filter((part) => safari.toLowerCase().includes(part)),
    [],
  );
});

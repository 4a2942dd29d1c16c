import assert from "node:assert/strict";
import { test } from "node:test";
import { IGNORE_PRESETS } from "./ignore-presets.ts";

/** Real User-Agents. */
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

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const ANDROID =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124";

/** Browsers, and browsers in apps in which a person opens a link. */
const BROWSERS = [
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/15.6 Safari/605.1.15",
  `${IPHONE} Mobile/21F79 [Pinterest/iOS]`,
  `${ANDROID} Mobile Safari/537.36 [Pinterest/Android]`,
  `${IPHONE} Mobile/21F79 SogouMobileBrowser/5.28.9`,
  `${IPHONE} Mobile/21F79 [FBAN/FBIOS;FBAV/465.0.0.41.97;FBBV/602060281]`,
  `${ANDROID} Mobile Safari/537.36 Instagram 333.0.0.42.91 Android`,
  `${ANDROID} Mobile Safari/537.36 Line/14.9.0/IAB`,
  `${IPHONE} Mobile/21F79 [LinkedInApp]/9.29.8962`,
  `${IPHONE} Mobile/21F79 Twitter for iPhone/10.48`,
  `${IPHONE} Mobile/21F79 Snapchat/12.90.0.40 (like Safari/8617.2.4.10.8, panda)`,
  `${ANDROID} Mobile Safari/537.36 musical_ly_2023405020 BytedanceWebview/d8a21c6`,
  `${IPHONE} GSA/318.0.638022262 Mobile/15E148 Safari/604.1`,
];

test("no preset knows a browser, or the browser within an app", () => {
  const parts = [...IGNORE_PRESETS.crawlers.userAgents, ...IGNORE_PRESETS.uptime.userAgents];
  const found = BROWSERS.flatMap((agent) => parts.filter((part) => agent.toLowerCase().includes(part)));
  assert.deepEqual(found, []);
});

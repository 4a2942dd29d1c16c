/** A banned word, with what to write instead. */
export interface BannedWord {
  /** Matched case-insensitively in identifiers (`openHouse` is read as "open House"), comments, texts and documents. */
  readonly word: RegExp;
  /** The usual words for it. */
  readonly instead: string;
  /** Contexts in which the word is right. */
  readonly allowed?: RegExp;
  /** The only files in which it is banned; absent: all. */
  readonly only?: RegExp;
}

export const BANNED_WORDS: readonly BannedWord[] = [
  { word: /houses?/, instead: "context, fixture", allowed: /house rules/ },
  { word: /rooms?/, instead: "folder, queue", allowed: /(?:no|has|more|is) room|room (?:for|again)/ },
  {
    word: /faces?/,
    instead: "branding, surface",
    // A template and its variable, which templates of users name; a heading of Linux.
    allowed: /face\.(?:html|title|svg|logo|message)|face: brand|"scene", "face"|face [|]bytes/,
  },
  { word: /doors?/, instead: "handler", allowed: /opening the door/ },
  { word: /guests?/, instead: "client" },
  { word: /oracles?/, instead: "expected" },
  { word: /farewells?/, instead: "final response, end" },
  { word: /nudge[sd]?/, instead: "signal" },
  { word: /fates?/, instead: "handling, outcome" },
  { word: /is of use with/, instead: "requires" },
  { word: /whoever/, instead: "a client, a request, anybody who" },
  { word: /(?:is|are|was|were) told/, instead: "reported, logged, sent", allowed: /told to/ },
  { word: /(?:tells?|told) of/, instead: "reports, shows" },
  { word: /looks? at|looked at/, instead: "check, read, observe" },
  { word: /leads? to/, instead: "routes to, points to, causes" },
  { word: /ask(?:s|ed)? about|askers?/, instead: "auth request for, query; client, requester" },
  { word: /beside/, instead: "next to, with, in addition to, except" },
  // The name of an observation after a restart, in tables and keys.
  { word: /anew/, instead: "again, recreated", allowed: /"?anew(?:, stopped)?"?:|seen\.anew|running: "unready", anew/ },
  { word: /mend(?:s|ed|ing)?/, instead: "fix, repair" },
  {
    word: /mere(?:ly)?|homeless|(?:at first|from) sight|waiting rooms?/,
    instead: "only, without a host, first seen, queue",
  },
  { word: /for ever/, instead: "forever" },
  { word: /under way/, instead: "in progress, open" },
  { word: /out of reach/, instead: "unreachable" },
  { word: /(?:former|later|next) (?:life|lives) of the gateway/, instead: "before or after a restart" },
  { word: /looks? after/, instead: "manage" },
  { word: /(?:may|can) be had|(?:of|by) one's own/, instead: "is available; private, own" },
];

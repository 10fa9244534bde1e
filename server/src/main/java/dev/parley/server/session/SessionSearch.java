package dev.parley.server.session;

import dev.parley.assistant.v1.SearchSessionsRequest;
import dev.parley.assistant.v1.SearchSessionsResponse;
import dev.parley.assistant.v1.SessionMatch;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.session.Answer;
import dev.parley.core.session.SessionEntry;
import dev.parley.core.session.SessionRules;
import dev.parley.core.session.SessionState;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.SearchWords;
import java.util.List;
import java.util.Locale;

/// A search in a user's sessions, checked for form.
///
/// @param caller who searches
/// @param words what for
/// @param session where; empty: in all sessions of the caller
/// @param from where the page begins
/// @param limit most matches wanted
record SessionSearch(Caller caller, SearchWords words, String session, Place from, int limit) {
  private static final int DEFAULT_PAGE = 20;
  private static final String ELLIPSIS = "…";

  /// What of an excerpt lies before the word that it is about, as a divisor of its length.
  private static final int LEAD = 4;

  /// A place in the search, from which it goes backwards.
  ///
  /// @param session where to begin; empty: at the newest
  /// @param before only entries before this sequence; 0: none of this session
  record Place(String session, long before) {
    private static final Place NEWEST = new Place("", 0);

    static Place of(String token) throws RefusedException {
      int colon = token.lastIndexOf(':');
      if (token.isEmpty()) {
        return NEWEST;
      }
      if (colon < 0 || !token.substring(colon + 1).matches("\\d{1,18}")) {
        throw new RefusedException(
            Reason.INVALID_REQUEST.because(
                "page_token: not of this search (expected: the answer's next_page_token)"));
      }
      return new Place(token.substring(0, colon), Long.parseLong(token.substring(colon + 1)));
    }

    String token() {
      return session + ":" + before;
    }
  }

  static SessionSearch of(Caller caller, SearchSessionsRequest request) throws RefusedException {
    Checks.line("query", request.getQuery(), Limits.MAX_QUERY_BYTES);
    Checks.line("page_token", request.getPageToken(), 2 * Limits.MAX_ID_BYTES);
    if (!request.getSessionId().isEmpty()) {
      Checks.id("session_id", request.getSessionId());
    }
    int limit =
        Checks.page("page_size", request.getPageSize(), DEFAULT_PAGE, Limits.MAX_SEARCH_PAGE);
    Place from = Place.of(request.getPageToken());
    try {
      return new SessionSearch(
          caller, SearchWords.parse(request.getQuery()), request.getSessionId(), from, limit);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Reason.INVALID_REQUEST.because(String.valueOf(e.getMessage())));
    }
  }

  SearchSessionsResponse run(JournalReader reader) throws JournalException, RefusedException {
    SearchSessionsResponse.Builder page = SearchSessionsResponse.newBuilder();
    if (!session.isEmpty()) {
      SessionState state = Sessions.visible(reader, caller, session).state();
      boolean more = find(reader, page, state, from.before() > 0 ? from.before() : Long.MAX_VALUE);
      return more ? page.build() : page.clearNextPageToken().build();
    }
    if (from.before() > 0) {
      JournalReader.Listing current = reader.topic(SessionRules.topic(from.session()), caller.id());
      if (current != null // or deleted meanwhile
          && current.membership() != null
          && find(reader, page, Sessions.state(current.head()), from.before())) {
        return page.build();
      }
    }
    List<JournalReader.Listing> older =
        reader.topicsBackwards(
            SessionRules.KIND, caller.id(), from.session(), Limits.MAX_SEARCHED_SESSIONS);
    for (JournalReader.Listing listing : older) {
      if (find(reader, page, Sessions.state(listing.head()), Long.MAX_VALUE)) {
        return page.build();
      }
    }
    return older.size() == Limits.MAX_SEARCHED_SESSIONS
        ? page.build()
        : page.clearNextPageToken().build();
  }

  /// Adds what is found in a session, and notes where the search goes on.
  ///
  /// @return whether the page is full
  private boolean find(
      JournalReader reader, SearchSessionsResponse.Builder page, SessionState state, long before)
      throws JournalException {
    int wanted = limit - page.getMatchesCount();
    long next = 0;
    for (Entry entry : reader.search(SessionRules.topic(state.id()), words, null, before, wanted)) {
      page.addMatches(match(state, entry));
      next = entry.sequence();
    }
    boolean full = page.getMatchesCount() == limit;
    page.setNextPageToken(new Place(state.id(), full ? next : 0).token());
    return full;
  }

  private SessionMatch match(SessionState state, Entry entry) {
    SessionMatch.Builder match =
        SessionMatch.newBuilder()
            .setSessionId(state.id())
            .setTitle(state.about().title())
            .setAt(SessionMapping.timestamp(SessionMapping.instant(entry.atMicros())));
    switch (Sessions.entry(state.id(), entry)) {
      case SessionEntry.Asked asked ->
          match.setTurnSequence(entry.sequence()).setExcerpt(excerpt(asked.text()));
      case SessionEntry.Ended ended -> {
        Answer answer = ended.answer();
        match
            .setTurnSequence(answer.turn())
            .setModel(answer.model())
            .setExcerpt(excerpt(answer.text().toString()));
      }
      case SessionEntry.Changed _,
          SessionEntry.Again _,
          SessionEntry.Begun _,
          SessionEntry.Started _,
          SessionEntry.Chunk _ ->
          throw new IllegalStateException(
              "entry %d of session %s is not to be found".formatted(entry.sequence(), state.id()));
    }
    return match.build();
  }

  /// The part of a text that is shown, see the protocol.
  private String excerpt(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    if (line.length() <= Limits.MAX_EXCERPT_CHARS) {
      return line;
    }
    int length = Limits.MAX_EXCERPT_CHARS - 2 * ELLIPSIS.length();
    int from = Math.clamp(found(line) - length / LEAD, 0, line.length() - length);
    int to = from + length;
    from += from > 0 && Character.isLowSurrogate(line.charAt(from)) ? 1 : 0;
    to -= to < line.length() && Character.isLowSurrogate(line.charAt(to)) ? 1 : 0;
    return (from > 0 ? ELLIPSIS : "")
        + line.substring(from, to)
        + (to < line.length() ? ELLIPSIS : "");
  }

  /// Where the first of the words that are found as they were written is; 0: none is.
  private int found(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    for (SearchWords.Term term : words.terms()) {
      int place = lower.indexOf(term.text().toLowerCase(Locale.ROOT));
      if (place >= 0) {
        return Math.min(place, line.length()); // case may change the length
      }
    }
    return 0;
  }
}

package dev.parley.core.limit;

import java.time.Duration;

/// The bounds of everything that could grow. Those of content are part of the protocol and fixed;
/// the others can be configured ([Tunable]).
public final class Limits {
  /// Longest id of a user, a room or a message, in bytes of UTF-8.
  public static final int MAX_ID_BYTES = 128;

  /// Longest name of a user or a room, in bytes of UTF-8.
  public static final int MAX_NAME_BYTES = 128;

  /// Longest description of a room or a picture, in bytes of UTF-8.
  public static final int MAX_DESCRIPTION_BYTES = 1_024;

  /// Longest text of a message, in bytes of UTF-8.
  public static final int MAX_TEXT_BYTES = 65_536;

  /// Longest URL, in bytes of UTF-8.
  public static final int MAX_URL_BYTES = 2_048;

  /// Longest file name or media type, in bytes of UTF-8.
  public static final int MAX_FILE_NAME_BYTES = 255;

  /// Most mentions in one message.
  public static final int MAX_MENTIONS = 100;

  /// Longest emoji or short code of a reaction, in bytes of UTF-8.
  public static final int MAX_EMOJI_BYTES = 64;

  /// Most different emojis on one message.
  public static final int MAX_EMOJIS = 32;

  /// Most reactions on one message in all.
  public static final int MAX_REACTIONS = 256;

  /// Longest search query, in bytes of UTF-8.
  public static final int MAX_QUERY_BYTES = 1_024;

  /// Longest instructions of a session, in bytes of UTF-8.
  public static final int MAX_SYSTEM_PROMPT_BYTES = 16_384;

  /// Most messages of a session that wait for their answers, the one that is answered not counted.
  public static final int MAX_QUEUED_TURNS = 16;

  /// Most exchanges, of [#MAX_ANSWER_BYTES] in all, that a session takes over from another.
  public static final int MAX_FORKED_TURNS = 200;

  /// Most exchanges before a question that a model is shown.
  public static final int MAX_CONTEXT_TURNS = 200;

  /// Most tokens of a session that a model is shown, where nothing else is set for it.
  public static final int DEFAULT_CONTEXT_TOKENS = 32_768;

  /// Most tokens of a session that a model can be set to be shown.
  public static final int MAX_CONTEXT_TOKENS = 262_144;

  /// Bytes of UTF-8 that count as a token: about what one is of English.
  public static final int BYTES_PER_TOKEN = 4;

  /// Most characters of one chunk of an answer. While that many wait to be stored, no more is read
  /// from the model.
  public static final int MAX_CHUNK_CHARS = 8_192;

  /// Longest answer of a model in a session, in characters; what is longer is cut off there.
  public static final int MAX_ANSWER_CHARS = 512 << 10;

  /// Most sessions in which answers are under way at once.
  public static final int MAX_ANSWERS_AT_ONCE = 10_000;

  /// Bytes of memory that a character takes at most.
  public static final int BYTES_PER_CHAR = 2;

  /// What part of the memory that the server may take is for answers under way in sessions, their
  /// prompts included: one in so many.
  public static final int ANSWERS_PART_OF_MEMORY = 8;

  /// What part of the memory that the server may take is for questions to models, and for what has
  /// come of their answers and nobody has taken: one in so many.
  public static final int QUESTIONS_PART_OF_MEMORY = 8;

  /// What part of the memory for buffers is for requests of gRPC that have not come whole, or
  /// cannot be taken yet: one in so many.
  public static final int REQUESTS_PART_OF_MEMORY = 4;

  /// Most topics kept in memory although nobody listens, because more of them is about to come.
  public static final int MAX_BUSY_TOPICS = MAX_ANSWERS_AT_ONCE;

  /// Most sessions that one page of a search looks through.
  public static final int MAX_SEARCHED_SESSIONS = 1_000;

  /// Most characters of what was found in a session that are told.
  public static final int MAX_EXCERPT_CHARS = 240;

  /// Most sessions of one user in which answers are under way at once.
  public static final int MAX_ANSWERS_OF_USER = 200;

  /// Most assistants in rooms.
  public static final int MAX_ASSISTANTS = 16;

  /// Most answers that assistants write at once, in all rooms.
  public static final int MAX_ROOM_ANSWERS = 500;

  /// Most answers that assistants write at once for one user, in all rooms.
  public static final int MAX_ROOM_ANSWERS_PER_USER = 16;

  /// Most answers that one assistant writes at once in one room.
  public static final int MAX_ANSWERS_IN_ROOM = 4;

  /// Most messages of which it is looked up at once whether they ask an assistant; further ones
  /// ask nobody.
  public static final int MAX_ROOM_QUESTIONS_LOOKED_UP = 256;

  /// Most of these of one user.
  public static final int MAX_ROOM_QUESTIONS_LOOKED_UP_PER_USER = 16;

  /// Most rooms of which it is known that an assistant may have said something there; if there are
  /// more, replies are looked up in all rooms.
  public static final int MAX_ROOMS_WITH_ASSISTANTS = 10_000;

  /// Most rooms of which it is known how much an assistant was asked there; of that which was used
  /// longest ago it is forgotten.
  public static final int MAX_ASSISTED_ROOMS = 10_000;

  /// Most messages before a question that an assistant is shown.
  public static final int MAX_ROOM_CONTEXT_MESSAGES = 50;

  /// Most bytes of UTF-8 of a room that an assistant is shown, but for a longer question.
  public static final int MAX_ROOM_CONTEXT_BYTES = 32 << 10;

  /// Least time between two tellings of a message that is being written.
  public static final Duration GROWING_INTERVAL = Duration.ofMillis(250);

  /// Most bytes a second of the tellings of one message that is being written, for each listener:
  /// as each tells all of it, a long one is told less often.
  public static final int GROWING_BYTES_PER_SECOND = 16 << 10;

  /// After so long without anything new, it is told again that something is being written.
  public static final Duration GROWING_REPEAT = Duration.ofSeconds(5);

  /// Largest page of history, rooms, members or online users.
  public static final int MAX_PAGE = 1_000;

  /// Most messages of a room, from the newest on, that are looked at to count the unread ones.
  public static final int MAX_UNREAD = 1_000;

  /// Most bytes of found messages in one answer, one message more than that not counted.
  public static final int MAX_ANSWER_BYTES = 1 << 20;

  /// Most calls beside streams that one connection has at work; more wait.
  public static final int MAX_CALLS_AT_WORK = 16;

  /// Most calls beside streams at work on all connections; more are refused.
  public static final int MAX_CALLS_AT_WORK_IN_ALL = 1_024;

  /// Most imports that one connection has at work; more wait.
  public static final int MAX_IMPORTS_AT_WORK = 4;

  /// Most imports at work on all connections; more are refused.
  public static final int MAX_IMPORTS_AT_WORK_IN_ALL = 128;

  /// Most calls, and most imports, of one connection that wait for their turn; more are refused.
  public static final int MAX_CALLS_WAITING = 256;

  /// Most bytes of commands that wait for the engine.
  public static final long MAX_QUEUED_BYTES = 64L << 20;

  /// Rooms that one native stream enters at once when it begins; more wait until it reads.
  public static final int MAX_JOINS_AT_ONCE = 32;

  /// Largest page of search results.
  public static final int MAX_SEARCH_PAGE = 200;

  /// Most rooms that a search without a room looks into.
  public static final int MAX_SEARCHED_ROOMS = 1_000;

  /// Most rooms and messages in one frame of an import.
  public static final int MAX_IMPORT_FRAME = 1_000;

  /// Most online users told in the answer to a join.
  public static final int MAX_USERS_IN_ANSWER = 100;

  /// Most users of each list in one summary of presence.
  public static final int MAX_USERS_IN_SUMMARY = 50;

  /// Most arrivals, departures and changes of status that a room tells one by one each interval;
  /// more are summed up.
  public static final int MAX_SINGLE_PRESENCE = 8;

  /// Most users online in a room for its read receipts, typing, and messages that are being written
  /// to be told to all of them.
  public static final int MAX_RECEIPT_AUDIENCE = 200;

  /// Most signals that wait for one stream; older ones give way.
  public static final int MAX_WAITING_SIGNALS = 256;

  /// Most bytes of the signals that wait for one stream; older ones give way, so that one alone may
  /// be longer.
  public static final int MAX_WAITING_SIGNAL_BYTES = 64 << 10;

  /// Most bytes of entries read from a journal at once, one entry more than that not counted.
  public static final int MAX_READ_BYTES = 1 << 20;

  /// Most commands whose facts are read from a journal at once.
  public static final int MAX_LOOKED_UP = 16;

  /// Entries of deleted topics removed at once, so that nobody waits for it.
  public static final int MAX_REAPED = 500;

  /// The time over which clients of a server that stops are asked to spread their coming back.
  public static final Duration RECONNECT_WITHIN = Duration.ofSeconds(5);

  private Limits() {}

  /// The bounds that can be configured.
  ///
  /// @param maxFrameBytes largest frame that a client may send, in bytes
  /// @param maxMetadataBytes largest header block that a client may send, in bytes
  /// @param maxRoomsPerStream most rooms on one stream
  /// @param maxInFlight most requests of one stream that wait for their answers
  /// @param maxStreamsPerConnection most calls at once on one connection
  /// @param maxQueuedCommands most commands that wait for the engine
  /// @param maxBatchCommands most commands in one commit
  /// @param maxBatchBytes bytes of entries, read and written, at which a commit takes no more
  ///     commands, [#MAX_LOOKED_UP] of them not counted
  /// @param maxTailEntries most entries of one topic kept in memory
  /// @param maxTailBytes most bytes of one topic's entries kept in memory
  /// @param maxTailBytesInAll most bytes of all topics' entries kept in memory
  /// @param maxIdleTopics most topics without listeners kept in memory
  /// @param snapshotEvery entries after which a topic's state is stored anew
  /// @param presenceGrace how long a broken stream may take to come back before its user is said
  ///     to have left
  /// @param presenceInterval least time between two tellings of who came, went or changed status in
  ///     a room
  /// @param pingInterval quiet time after which a native stream is pinged
  /// @param pingTimeout quiet time after the ping after which it is dropped
  /// @param stallTimeout how long a stream that reads nothing is kept
  /// @param joinWait how long a classic JoinRoom waits for its stream's first frame
  public record Tunable(
      int maxFrameBytes,
      int maxMetadataBytes,
      int maxRoomsPerStream,
      int maxInFlight,
      int maxStreamsPerConnection,
      int maxQueuedCommands,
      int maxBatchCommands,
      int maxBatchBytes,
      int maxTailEntries,
      int maxTailBytes,
      long maxTailBytesInAll,
      int maxIdleTopics,
      int snapshotEvery,
      Duration presenceGrace,
      Duration presenceInterval,
      Duration pingInterval,
      Duration pingTimeout,
      Duration stallTimeout,
      Duration joinWait) {

    /// What holds unless configured otherwise.
    public static Tunable defaults() {
      return new Tunable(
          1 << 20,
          16 << 10,
          1_000,
          64,
          1_000,
          65_536,
          2_048,
          4 << 20,
          4_096,
          1 << 20,
          64L << 20,
          1_000,
          256,
          Duration.ofSeconds(10),
          Duration.ofMillis(250),
          Duration.ofSeconds(25),
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(3));
    }
  }
}

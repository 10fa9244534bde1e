package dev.parley.server.config;

import java.util.Locale;

/// Everything that can be configured: name, default and meaning, in one place. Each can be given in
/// the file (`name = value`), in the environment (`PARLEY_NAME`) and as a flag (`--name`), the
/// later of these winning.
public enum Setting {
  LISTEN("127.0.0.1:50051", "HOST:PORT", "where to listen; port 0 takes a free one"),
  HTTP(
      "127.0.0.1:8080",
      "HOST:PORT|off",
      "where OpenAI's protocol, /healthz and /metrics are served; port 0 takes a free one"),
  DATA("parley-data", "DIR", "where rooms and messages are kept; made if it is missing"),
  DURABILITY(
      "fsync",
      "fsync|os|memory",
      "what an acknowledged message survives: power failure, the process, nothing"),
  LOG("text", "text|json", "form of the log on standard error"),
  LOG_LEVEL("info", "error|warn|info|debug", "least severe lines of the log"),
  REFLECTION("on", "on|off", "whether clients may ask for the protocol's description"),
  MAX_FRAME_BYTES("1048576", "65536..16777216", "largest request, in bytes"),
  MAX_ROOMS_PER_STREAM("1000", "1..100000", "rooms that one stream may be in"),
  MAX_IN_FLIGHT("64", "1..4096", "requests of one stream that may wait for their answers"),
  MAX_QUESTIONS_PER_USER("4096", "1..1000000", "questions of one user that models answer at once"),
  TOKENS_PER_MINUTE_PER_USER("0", "0..", "tokens of models that one user may use; 0: no limit"),
  TOKENS_PER_MINUTE_PER_STREAM("0", "0..", "the same for one stream of questions"),
  ASSISTANT_MODEL(
      "simulated",
      "PROVIDER[/MODEL]",
      "model of the sessions that name none; `parley models` lists"),
  MAX_CONNECTIONS(
      "50000", "1..1000000", "connections at once, on both ports; further ones are closed"),
  MAX_STREAMS_PER_CONNECTION("1000", "1..100000", "calls at once on one connection"),
  MAX_TAIL_BYTES(
      "67108864",
      "1048576..",
      "memory for the newest entries of all rooms, in bytes; at most a quarter of the heap"),
  MAX_STORE_BYTES("0", "0..", "size at which the store counts as full, in bytes; 0: no limit"),
  PRESENCE_GRACE("10s", "0s..10m", "time to come back before a user is said to have left"),
  PRESENCE_INTERVAL(
      "250ms", "10ms..1m", "least time between two tellings of who came, went or changed status"),
  PING_INTERVAL("25s", "1s..10m", "quiet time after which a stream is pinged"),
  PING_TIMEOUT("10s", "1s..10m", "quiet time after the ping that ends the stream"),
  STALL_TIMEOUT(
      "5m",
      "1s..1h",
      "how long a stream is kept that reads nothing, or less than 64 KiB; then its connection"),
  CONNECTION_MAX_IDLE("5m", "1s..", "how long a connection without a call is kept"),
  DRAIN_GRACE("2s", "0s..10m", "time that streams are given to end when the server stops");

  private final String defaultValue;
  private final String form;
  private final String meaning;

  Setting(String defaultValue, String form, String meaning) {
    this.defaultValue = defaultValue;
    this.form = form;
    this.meaning = meaning;
  }

  /// Name in the file and, after `--`, as a flag.
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Name in the environment.
  public String variable() {
    return "PARLEY_" + name();
  }

  /// What holds if nobody says otherwise.
  public String defaultValue() {
    return defaultValue;
  }

  /// What a value looks like, for help and errors.
  public String form() {
    return form;
  }

  /// What it is for.
  public String meaning() {
    return meaning;
  }
}

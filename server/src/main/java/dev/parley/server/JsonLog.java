package dev.parley.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.encoder.JsonEscapeUtil;
import java.nio.charset.StandardCharsets;

/// Log lines as JSON objects. Stateless.
///
///     {"time":"2026-01-31T09:14:00.123Z","level":"INFO","logger":"dev.parley.server.ParleyServer",
///      "thread":"main","message":"stopped"}
///
/// A failure adds its stack as `error`.
final class JsonLog extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(256);
    line.append('{');
    member(line, "time", event.getInstant().toString());
    member(line, "level", event.getLevel().toString());
    member(line, "logger", event.getLoggerName());
    member(line, "thread", event.getThreadName());
    member(line, "message", event.getFormattedMessage());
    IThrowableProxy failure = event.getThrowableProxy();
    if (failure != null) {
      member(line, "error", ThrowableProxyUtil.asString(failure));
    }
    return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void member(StringBuilder line, String name, String value) {
    line.append(line.length() == 1 ? "\"" : ",\"").append(name).append("\":\"");
    line.append(JsonEscapeUtil.jsonEscapeString(value)).append('"');
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}

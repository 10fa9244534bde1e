package dev.parley.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// Form and level of a server's log: one line per state change, on standard error.
public final class Logging {
  private Logging() {}

  /// Sets them for the process.
  ///
  /// @param json whether lines are JSON objects
  /// @param level least severe lines: error, warn, info or debug
  public static void configure(boolean json, String level) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.getLogger("dev.parley").setLevel(Level.toLevel(level));
    if (json) {
      Appender<ILoggingEvent> appender =
          context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender("stderr");
      JsonEncoder encoder = new JsonEncoder();
      encoder.setContext(context);
      encoder.start();
      if (appender instanceof ConsoleAppender<ILoggingEvent> console) {
        console.setEncoder(encoder);
      }
    }
  }
}

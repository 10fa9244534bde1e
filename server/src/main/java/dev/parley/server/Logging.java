package dev.parley.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.jul.LevelChangePropagator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// Form and level of a server's log: one line per state change, on standard error.
public final class Logging {
  private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg%n";

  private Logging() {}

  /// Sets them for the process, in place of whatever was set before. Libraries' lines are shown
  /// from warnings on.
  ///
  /// @param json whether lines are JSON objects
  /// @param level least severe lines: error, warn, info or debug
  public static void configure(boolean json, String level) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    // Has java.util.logging make the lines that are wanted here: core logs by it.
    LevelChangePropagator levels = new LevelChangePropagator();
    levels.setContext(context);
    levels.start();
    context.addListener(levels);
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(json ? json(context) : text(context));
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    context.getLogger("dev.parley").setLevel(Level.toLevel(level));
    // It logs a stack for each frame that is queued when a client goes away.
    context.getLogger("io.grpc.netty").setLevel(Level.OFF);
    // It logs a stack for each request to a provider that fails, with whatever the provider sent,
    // which may quote the credential. Who asked is told.
    context.getLogger("reactor.netty").setLevel(Level.OFF);
    // It logs a stack for each connection on which a provider breaks the rules of HTTP/2.
    context.getLogger("io.netty.channel.DefaultChannelPipeline").setLevel(Level.OFF);
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonLog encoder = new JsonLog();
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();
    return encoder;
  }
}

package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.parley.core.model.Model;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.http.Secret;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What an operator finds in the log of providers that do not work.
class ProviderLogTest {
  private static final Model NONE = _ -> _ -> {};

  private final TestClock clock = new TestClock();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger log = (Logger) LoggerFactory.getLogger("dev.parley.models");
  private final Provider provider =
      new Provider(
          ProviderSettings.of("one", ProviderKind.COMPATIBLE, "http://127.0.0.1:1", "secret"),
          _ -> NONE,
          credential -> Secret.of(credential.secret()),
          clock,
          TimeMeter.SYSTEM_NANOTIME);

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.INFO);
  }

  @AfterEach
  void stop() {
    log.detachAppender(lines);
    log.setLevel(null);
  }

  private List<String> told() {
    return lines.list.stream()
        .map(line -> line.getLevel() + " " + line.getFormattedMessage())
        .toList();
  }

  @Test
  void aCredentialThatIsRefusedIsToldOnceAMinute() {
    ModelException refused =
        new ModelException(Kind.UNAUTHENTICATED, "the provider answered with 401:\nno such key");
    Provider.Key key = provider.keys(Credential.Choice.Any.ANY).getFirst();
    Provider.Key own = provider.keys(new Credential.Choice.Own("callers")).getFirst();
    for (int i = 0; i < 3; i++) {
      provider.refused(own, refused);
      provider.refused(key, refused);
      clock.turn(Duration.ofSeconds(25));
    }
    assertThat(told())
        .containsExactly(
            "WARN credential default of one is refused (told once a minute): the provider answered"
                + " with 401: no such key");
    clock.turn(Duration.ofSeconds(60));
    provider.refused(key, refused);
    assertThat(told()).hasSize(2);
  }

  @Test
  void aModelThatIsLeftAloneIsToldAndThatItAnswersAgain() {
    Breaker breaker = provider.breaker("a");
    for (int i = 0; i < 10; i++) {
      breaker.enter();
      breaker.failed(new ModelException(Kind.FAILED, "x".repeat(1_000)), false);
    }
    assertThat(told())
        .singleElement()
        .asString()
        .startsWith("WARN one/a fails and is left alone for ");
    assertThat(told().getFirst()).contains("the last failure: xxx").hasSizeBetween(200, 300);
    clock.turn(Duration.ofSeconds(7));
    for (int i = 0; i < 2; i++) {
      breaker.enter();
      breaker.answered();
    }
    assertThat(told().getLast()).isEqualTo("INFO one/a answers again");
  }
}

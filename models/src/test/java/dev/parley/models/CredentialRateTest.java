package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.Credential.Choice.Any;
import dev.parley.models.Credential.Choice.Named;
import dev.parley.models.http.Patience;
import dev.parley.models.http.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Credentials that may use so many tokens a minute.
class CredentialRateTest {
  private final TestMeter time = new TestMeter();
  private final Provider provider =
      new Provider(
          new ProviderSettings(
              "one",
              ProviderKind.COMPATIBLE,
              "http://127.0.0.1:1",
              List.of(new Credential("a", "secret-a", 1), new Credential("b", "secret-b", 1)),
              new Quota(10, 600),
              Patience.DEFAULT,
              Map.of()),
          _ ->
              _ -> {
                throw new AssertionError("nobody is asked");
              },
          credential -> Secret.of(credential.secret()),
          new TestClock(),
          time);

  private void use(String credential, long tokens) {
    provider.enter(new Named(credential), List.of()).leave(tokens);
  }

  private ModelException refused(Credential.Choice choice) {
    return assertThrows(ModelException.class, () -> provider.enter(choice, List.of()));
  }

  @Test
  void aCredentialThatUsedMoreThanItsRateRestsUntilTheDebtIsGone() {
    use("a", 1_200); // 600 of debt, of which ten a second go
    ModelException refused = refused(new Named("a"));
    assertThat(refused.kind()).isEqualTo(Kind.RATE_LIMITED);
    assertThat(refused)
        .hasMessage("credential a of one used all tokens for now (allowed: 600 a minute)");
    assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(60), Duration.ofMillis(60_200));
    time.turn(Duration.ofSeconds(59));
    refused(new Named("a"));
    time.turn(Duration.ofMillis(1_200));
    use("a", 1);
  }

  @Test
  void theOtherCredentialIsUsedMeanwhileAndTheSoonerOneToldWhenNoneIsLeft() {
    use("a", 1_200);
    for (int i = 0; i < 20; i++) {
      Provider.Key key = provider.enter(Any.ANY, List.of());
      assertThat(key.name()).isEqualTo("b");
      key.leave(0);
    }
    use("b", 900);
    assertThat(refused(Any.ANY).retryAfter())
        .isBetween(Duration.ofSeconds(30), Duration.ofMillis(30_200));
    time.turn(Duration.ofMillis(30_200));
    assertThat(provider.enter(Any.ANY, List.of()).name()).isEqualTo("b");
  }
}

package dev.parley.cli.terminal;

import dev.parley.cli.command.Failures;
import dev.parley.cli.render.EventLines;
import dev.parley.client.ConnectionState;
import dev.parley.client.ConnectionState.Closed;
import dev.parley.client.ConnectionState.Connected;
import dev.parley.client.ConnectionState.Connecting;
import dev.parley.client.ConnectionState.Draining;
import dev.parley.client.ConnectionState.Reconnecting;
import dev.parley.client.ParleyException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Tells how the connection is doing. Owned by the [ChatLoop]; whether it is over may be asked on
/// any thread.
public final class ConnectionNews {
  /// Who keeps how it is.
  public interface State {
    /// It is otherwise now.
    ///
    /// @param words how it is, in words
    void connection(String words, boolean connected);
  }

  private final State state;
  private final Screen screen;
  private boolean told;
  private volatile boolean over;
  private volatile @Nullable String failure;

  /// News for one conversation.
  public ConnectionNews(State state, Screen screen) {
    this.state = state;
    this.screen = screen;
  }

  /// The connection changed.
  public void take(ConnectionState connection) {
    switch (connection) {
      case Connected _ -> {
        state.connection("connected", true);
        if (told) {
          screen.print(EventLines.note("connected again"));
          told = false;
        }
      }
      case Connecting connecting ->
          state.connection(
              connecting.attempt() <= 1 ? "connecting" : "connecting, try " + connecting.attempt(),
              false);
      case Reconnecting retry -> {
        String words =
            String.format(Locale.ROOT, "reconnecting in %.1f s", retry.delay().toMillis() / 1e3);
        state.connection(words, false);
        if (!told) {
          told = true;
          screen.print(
              EventLines.note(
                  "connection lost (%s); trying again".formatted(Failures.shortly(retry.cause()))));
        }
      }
      case Draining draining -> {
        told = true;
        screen.print(
            EventLines.note(
                "the server is going away; moving"
                    + (draining.target().isEmpty() ? "" : " to " + draining.target())));
      }
      case Closed closed -> closed(closed.cause());
    }
  }

  private void closed(@Nullable ParleyException cause) {
    over = true;
    state.connection("closed", false);
    if (cause != null) {
      String words = Failures.words(cause);
      failure = words;
      screen.print(EventLines.error("the connection is closed for good: " + words));
    }
  }

  /// Whether there will be no connection any more.
  public boolean isOver() {
    return over;
  }

  /// Why there is none; null: the user ended it.
  public @Nullable String failure() {
    return failure;
  }
}

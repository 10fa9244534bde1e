package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.ServerStatsRequest;
import dev.parley.assistant.v1.SessionInfoRequest;
import dev.parley.assistant.v1.SessionInfoResponse;
import dev.parley.server.ServerExtension;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A server whose models are simulated, and what the tests of sessions have in common.
@Timeout(120)
abstract class SessionFixture {
  static final String SLOW = "slow";

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .withLines(
              """
              provider.simulated.pace = 0s
              provider.slow.kind = simulated
              provider.slow.pace = 20ms
              provider.dead.kind = compatible
              provider.dead.base-url = http://127.0.0.1:1/v1
              price.simulated/* = 3 15
              provider.small.kind = simulated
              provider.small.pace = 0s
              context.small/* = 256
              """);

  SessionClient ann() {
    return SessionClient.of(server.connect(), "ann");
  }

  static List<ChatResponse.Type> types(List<ChatResponse> events) {
    return events.stream().map(ChatResponse::getType).toList();
  }

  static String words(int count) {
    return "word ".repeat(count).strip();
  }

  static void assertGapless(List<ChatResponse> placed) {
    List<Long> sequences = SessionClient.sequences(placed);
    assertThat(sequences)
        .isEqualTo(
            LongStream.range(sequences.getFirst(), sequences.getFirst() + sequences.size())
                .boxed()
                .toList());
  }

  static SessionInfoResponse info(SessionClient client, String session) {
    return client.calls.getSessionInfo(
        SessionInfoRequest.newBuilder().setSessionId(session).build());
  }

  /// Waits until models were asked so often.
  static void awaitAsked(SessionClient client, int times) throws Exception {
    while (client.calls.getServerStats(ServerStatsRequest.getDefaultInstance()).getTotalRequests()
        < times) {
      Thread.sleep(5);
    }
  }

  static ChatRequest.Builder request(ChatRequest.Type type, String session, String id) {
    return ChatRequest.newBuilder().setType(type).setSessionId(session).setId(id);
  }
}

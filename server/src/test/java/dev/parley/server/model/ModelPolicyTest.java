package dev.parley.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.model.v1.Answer;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.KnownCredential;
import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.Provider;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.Turn;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What is configured about models, as callers meet it.
@Timeout(60)
class ModelPolicyTest {
  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .with(Setting.TOKENS_PER_MINUTE_PER_USER, "60")
          .with(Setting.TOKENS_PER_MINUTE_PER_STREAM, "12")
          .withLines(
              """
              provider.simulated.pace = 0s
              provider.simulated.key.team-a = canary-a
              provider.simulated.key.team-b = canary-b
              price.simulated/* = 3 15
              """);

  private static ChatRequest.Builder question(String text) {
    return ChatRequest.newBuilder()
        .setRequestId("q")
        .setModel("simulated")
        .addTurns(Turn.newBuilder().setRole(Role.ROLE_USER).setText(text));
  }

  private Answer ask(String user, ChatRequest.Builder question) {
    return ModelServiceGrpc.newBlockingStub(as(user)).chat(question.build()).getAnswer();
  }

  private Channel as(String user) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER), user);
    ManagedChannel channel = server.connect();
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Test
  void anAnswerSaysWhatItCost() {
    Answer answer = ask("ann", question("hello"));
    long input = answer.getFinished().getUsage().getInputTokens();
    long output = answer.getFinished().getUsage().getOutputTokens();
    assertThat(output).isPositive();
    assertThat(answer.getFinished().getCostNanos()).isEqualTo(input * 3_000 + output * 15_000);
  }

  @Test
  void credentialsAreChosenByNameAndListedWithoutTheirSecrets() {
    Credential.Builder teamA = Credential.newBuilder().setName("team-a");
    assertThat(ask("ann", question("hello").setCredential(teamA)).getText()).isNotEmpty();
    assertThatThrownBy(
            () -> ask("ann", question("hello").setCredential(teamA.clone().setName("team-c"))))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND: simulated has no credential \"team-c\"");
    assertThatThrownBy(
            () -> ask("ann", question("hello").setCredential(teamA.clone().setSecret("canary-c"))))
        .hasMessageContaining("a secret and a name (expected: one of them)");
    Provider simulated =
        ModelServiceGrpc.newBlockingStub(server.connect())
            .listModels(ListModelsRequest.getDefaultInstance())
            .getProviders(0);
    assertThat(simulated.getCredentialsList())
        .extracting(KnownCredential::getName)
        .containsExactly("team-a", "team-b");
    assertThat(simulated.toString()).doesNotContain("canary");
  }

  @Test
  void aUserWhoUsedAllTokensWaitsAndOthersDoNot() {
    ask("ann", question("word ".repeat(70)));
    assertThatThrownBy(() -> ask("ann", question("hello")))
        .hasMessageContaining("RESOURCE_EXHAUSTED")
        .hasMessageContaining("used all tokens for now (allowed: 60 a minute)");
    assertThat(ask("ben", question("hello")).getText()).isNotEmpty();
  }

  @Test
  void aStreamThatUsedAllTokensIsToldWhenToGoOn() throws Exception {
    BlockingQueue<ChatResponse> got = new LinkedBlockingQueue<>();
    StreamObserver<ChatRequest> stream =
        ModelServiceGrpc.newStub(as("ann"))
            .streamChat(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ChatResponse response) {
                    got.add(response);
                  }

                  @Override
                  public void onError(Throwable e) {}

                  @Override
                  public void onCompleted() {}
                });
    stream.onNext(question("more than twelve words together with those of the answer").build());
    assertThat(end(got).hasFinished()).isTrue();
    stream.onNext(question("hello").build());
    ModelError error = end(got).getError();
    assertThat(error.getKind()).isEqualTo(ModelError.Kind.KIND_RATE_LIMITED);
    assertThat(error.getMessage()).startsWith("this stream used all tokens for now");
    assertThat(error.hasRetryAfter()).isTrue();
    stream.onCompleted();
  }

  private static ChatResponse end(BlockingQueue<ChatResponse> got) throws InterruptedException {
    while (true) {
      ChatResponse next = got.poll(30, TimeUnit.SECONDS);
      assertThat(next).as("nothing more comes").isNotNull();
      if (next.hasFinished() || next.hasError()) {
        return next;
      }
    }
  }
}

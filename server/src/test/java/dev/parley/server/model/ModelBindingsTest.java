package dev.parley.server.model;

import static dev.parley.server.model.ModelServiceTest.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.server.RawBytes;
import dev.parley.server.ServerExtension;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How the services of models are bound: which provider each stands for, and what becomes of bytes
/// that are no requests.
@Timeout(60)
class ModelBindingsTest {
  @RegisterExtension final ServerExtension server = new ServerExtension();

  @ParameterizedTest
  @CsvSource({
    "OpenAiService, openai",
    "AzureService, azure",
    "GeminiService, gemini",
    "VertexAiService, vertex",
    "ReplicateService, replicate",
    "AnthropicService, anthropic",
    "CohereService, cohere",
    "MistralService, mistral"
  })
  void aServiceOfAProviderNamesItsOwn(String service, String provider) {
    MethodDescriptor<ChatRequest, ChatResponse> chat =
        ModelServiceGrpc.getChatMethod().toBuilder()
            .setFullMethodName("parley.model.v1." + service + "/Chat")
            .build();
    ChatRequest request =
        question("q", "hello")
            .setModel("m")
            .setCredential(Credential.newBuilder().setSecret("sk-not-to-be-told"))
            .build();
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(server.connect(), chat, CallOptions.DEFAULT, request))
        .hasMessageContaining("no provider \"%s\"".formatted(provider))
        .hasMessageNotContaining("sk-not-to-be-told");
  }

  @Test
  void bytesThatAreNoRequestAreAnsweredAndTheStreamGoesOn() throws Exception {
    MethodDescriptor<byte[], ChatResponse> chat =
        ModelServiceGrpc.getStreamChatMethod().toBuilder(
                RawBytes.MARSHALLER, ModelServiceGrpc.getStreamChatMethod().getResponseMarshaller())
            .build();
    BlockingQueue<ChatResponse> got = new LinkedBlockingQueue<>();
    StreamObserver<byte[]> stream =
        ClientCalls.asyncBidiStreamingCall(
            server.connect().newCall(chat, CallOptions.DEFAULT),
            new StreamObserver<>() {
              @Override
              public void onNext(ChatResponse response) {
                got.add(response);
              }

              @Override
              public void onError(Throwable e) {
                got.add(ChatResponse.newBuilder().setRequestId("ended: " + e).build());
              }

              @Override
              public void onCompleted() {}
            });
    for (byte[] wrong : new byte[][] {{0x0f}, {10, 5, 'a'}, {10, 1, (byte) 0xff}}) {
      stream.onNext(wrong);
      ChatResponse told = got.poll(30, TimeUnit.SECONDS);
      assertThat(told).isNotNull();
      assertThat(told.getRequestId()).isEmpty();
      assertThat(told.getError().getMessage()).isNotEmpty();
    }
    UnknownFieldSet later =
        UnknownFieldSet.newBuilder()
            .addField(
                1_000,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("of a later version"))
                    .build())
            .build();
    stream.onNext(question("good", "hello").setUnknownFields(later).build().toByteArray());
    ChatResponse piece;
    do {
      piece = got.poll(30, TimeUnit.SECONDS);
      assertThat(piece).isNotNull();
      assertThat(piece.getRequestId()).isEqualTo("good");
      assertThat(piece.hasError()).isFalse();
    } while (!piece.hasFinished());
    stream.onCompleted();
  }
}

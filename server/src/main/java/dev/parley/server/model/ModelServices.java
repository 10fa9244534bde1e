package dev.parley.server.model;

import dev.parley.core.access.Caller;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.model.ModelException;
import dev.parley.model.v1.AnthropicServiceGrpc;
import dev.parley.model.v1.AzureServiceGrpc;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.CohereServiceGrpc;
import dev.parley.model.v1.GeminiServiceGrpc;
import dev.parley.model.v1.KnownCredential;
import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ListModelsResponse;
import dev.parley.model.v1.MistralServiceGrpc;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.OpenAiServiceGrpc;
import dev.parley.model.v1.Provider;
import dev.parley.model.v1.ReplicateServiceGrpc;
import dev.parley.model.v1.VerifyCredentialRequest;
import dev.parley.model.v1.VerifyCredentialResponse;
import dev.parley.model.v1.VertexAiServiceGrpc;
import dev.parley.models.Allowance;
import dev.parley.models.Allowances;
import dev.parley.models.Credential.Choice;
import dev.parley.models.Gateway;
import dev.parley.models.ProviderKind;
import dev.parley.models.ProviderSettings;
import dev.parley.models.Quota;
import dev.parley.server.model.KnownModels.Listed;
import dev.parley.server.model.KnownModels.Told;
import dev.parley.server.rpc.Calls;
import dev.parley.server.rpc.Inbound;
import dev.parley.server.rpc.Refusals;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/// The services of models as gRPC serves them: one adapter, bound once for all providers and once
/// for each of the eight that have a service of their own.
public final class ModelServices {
  private static final String STREAM_CHAT = "StreamChat";
  private static final String CHAT = "Chat";

  /// Services, with the kind of the provider that each stands for.
  private static final Map<ServiceDescriptor, ProviderKind> OF_PROVIDERS = ofProviders();

  /// Full names of the methods whose calls last.
  public static final Set<String> CONVERSATIONS =
      services().stream()
          .flatMap(service -> service.getMethods().stream())
          .filter(method -> isChat(method) || isStreamChat(method))
          .map(MethodDescriptor::getFullMethodName)
          .collect(Collectors.toUnmodifiableSet());

  private final Gateway gateway;
  private final KnownModels known;
  private final Calls calls;
  private final Limits.Tunable limits;
  private final Allowances users;
  private final Quota ofStream;
  private final OpenChats open = new OpenChats();

  /// @param known what the providers say they have
  /// @param users what each user may ask
  /// @param streamTokensPerMinute tokens that one stream may use; 0: no limit
  public ModelServices(
      Gateway gateway,
      KnownModels known,
      Calls calls,
      Limits.Tunable limits,
      Allowances users,
      long streamTokensPerMinute) {
    this.gateway = gateway;
    this.known = known;
    this.calls = calls;
    this.limits = limits;
    this.users = users;
    ofStream = new Quota(limits.maxInFlight(), streamTokensPerMinute);
  }

  private static Map<ServiceDescriptor, ProviderKind> ofProviders() {
    Map<ServiceDescriptor, ProviderKind> services = new LinkedHashMap<>();
    services.put(OpenAiServiceGrpc.getServiceDescriptor(), ProviderKind.OPENAI);
    services.put(AzureServiceGrpc.getServiceDescriptor(), ProviderKind.AZURE);
    services.put(GeminiServiceGrpc.getServiceDescriptor(), ProviderKind.GEMINI);
    services.put(VertexAiServiceGrpc.getServiceDescriptor(), ProviderKind.VERTEX);
    services.put(ReplicateServiceGrpc.getServiceDescriptor(), ProviderKind.REPLICATE);
    services.put(AnthropicServiceGrpc.getServiceDescriptor(), ProviderKind.ANTHROPIC);
    services.put(CohereServiceGrpc.getServiceDescriptor(), ProviderKind.COHERE);
    services.put(MistralServiceGrpc.getServiceDescriptor(), ProviderKind.MISTRAL);
    return services;
  }

  private static List<ServiceDescriptor> services() {
    List<ServiceDescriptor> services = new ArrayList<>(OF_PROVIDERS.keySet());
    services.add(ModelServiceGrpc.getServiceDescriptor());
    return services;
  }

  private static boolean isChat(MethodDescriptor<?, ?> method) {
    return CHAT.equals(method.getBareMethodName());
  }

  private static boolean isStreamChat(MethodDescriptor<?, ?> method) {
    return STREAM_CHAT.equals(method.getBareMethodName());
  }

  /// All services of models.
  public List<ServerServiceDefinition> all() {
    List<ServerServiceDefinition> all = new ArrayList<>();
    all.add(define(ModelServiceGrpc.getServiceDescriptor(), ""));
    OF_PROVIDERS.forEach((service, kind) -> all.add(define(service, kind.text())));
    return all;
  }

  /// How many streams and calls are open.
  public int open() {
    return open.size();
  }

  /// Tells streams and calls that the server is about to stop; none can begin any more.
  ///
  /// @param grace time for what is under way
  /// @return done when none is left, which may be at once
  public CompletableFuture<Void> drain(Duration grace) {
    return open.drain(grace);
  }

  /// Ends the streams that their clients do not read: each holds what its questions may take of
  /// quotas. To be called now and then.
  public void endStalled(long nowNanos) {
    open.endStalled(nowNanos, limits.stallTimeout());
  }

  /// Ends the streams and calls that are left.
  public void end() {
    open.end();
  }

  /// @param provider the name of the provider that the service stands for; empty: none
  private ServerServiceDefinition define(ServiceDescriptor service, String provider) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    methods.add(
        ServerMethodDefinition.create(
            streamChat(service.getName()),
            ServerCalls.asyncBidiStreamingCall(out -> stream(out, provider))));
    methods.add(
        ServerMethodDefinition.create(
            method(service.getName(), CHAT, ModelServiceGrpc.getChatMethod()),
            ServerCalls.asyncUnaryCall((request, out) -> chat(request, out, provider))));
    if (provider.isEmpty()) {
      methods.add(
          ServerMethodDefinition.create(
              ModelServiceGrpc.getVerifyCredentialMethod(),
              ServerCalls.asyncUnaryCall(this::verify)));
      methods.add(
          ServerMethodDefinition.create(
              ModelServiceGrpc.getListModelsMethod(), ServerCalls.asyncUnaryCall(this::list)));
    }
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getName())
            .setSchemaDescriptor(service.getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder built = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(built::addMethod);
    return built.build();
  }

  private MethodDescriptor<Inbound<ChatRequest>, ChatResponse> streamChat(String service) {
    return MethodDescriptor.<Inbound<ChatRequest>, ChatResponse>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, STREAM_CHAT))
        .setRequestMarshaller(Inbound.marshaller(ChatRequest.parser(), limits.maxFrameBytes()))
        .setResponseMarshaller(ProtoUtils.marshaller(ChatResponse.getDefaultInstance()))
        .build();
  }

  private static <Q, A> MethodDescriptor<Q, A> method(
      String service, String name, MethodDescriptor<Q, A> like) {
    return like.toBuilder()
        .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
        .build();
  }

  private StreamObserver<Inbound<ChatRequest>> stream(
      StreamObserver<ChatResponse> out, String provider) {
    ModelStream stream =
        new ModelStream(
            (ServerCallStreamObserver<ChatResponse>) out,
            open,
            gateway,
            provider,
            limits.maxInFlight());
    try {
      stream.begin(List.of(ofCaller(), new Allowance("this stream", ofStream)));
    } catch (RefusedException e) {
      stream.end(Refusals.status(e.refusal()));
    }
    return stream;
  }

  /// What the caller may ask; who does not say who he is shares with all from his address.
  private Allowance ofCaller() throws RefusedException {
    Caller caller = calls.caller(null);
    String address = calls.address();
    return users.of(
        caller.isKnown()
            ? caller.id()
            : address.substring(address.indexOf('/') + 1, Math.max(0, address.lastIndexOf(':'))));
  }

  private void chat(ChatRequest request, StreamObserver<ChatResponse> out, String provider) {
    Allowance allowance;
    try {
      allowance = ofCaller();
    } catch (RefusedException e) {
      out.onError(Refusals.status(e.refusal()));
      return;
    }
    new WholeChat(
            (ServerCallStreamObserver<ChatResponse>) out, open, gateway, request.getRequestId())
        .ask(request, provider, List.of(allowance));
  }

  private void verify(
      VerifyCredentialRequest request, StreamObserver<VerifyCredentialResponse> out) {
    CompletionStage<?> verified;
    try {
      verified = verified(request.getProvider(), Questions.credential(request.getCredential()));
    } catch (ModelException e) {
      verified = CompletableFuture.failedFuture(e);
    } catch (RefusedException e) {
      out.onError(Refusals.status(e.refusal()));
      return;
    }
    ignoreCancel(out);
    var _ =
        verified.whenComplete(
            (_, e) -> {
              VerifyCredentialResponse.Builder response =
                  VerifyCredentialResponse.newBuilder().setValid(e == null);
              if (e != null) {
                response.setError(Responses.error(KnownModels.failure(e)));
              }
              out.onNext(response.build());
              out.onCompleted();
            });
  }

  /// What is known of the server's own credentials does; a caller's own has the provider asked, and
  /// counts as a question.
  ///
  /// @return fails with a [ModelException] if it is not good
  private CompletionStage<?> verified(String provider, Choice credential) throws RefusedException {
    return switch (credential) {
      case Choice.Own own -> gateway.models(provider, own, List.of(ofCaller()));
      case Choice.Any _ ->
          known.of(gateway.provider(provider)).thenAccept(listed -> requireGood(listed.best()));
      case Choice.Named named -> {
        ProviderSettings settings = gateway.provider(provider);
        String name = settings.credential(named.name()).name();
        yield known.of(settings).thenAccept(listed -> requireGood(listed.with(name)));
      }
    };
  }

  private static void requireGood(Told told) {
    if (told.failure() != null) {
      throw told.failure();
    }
  }

  private void list(ListModelsRequest request, StreamObserver<ListModelsResponse> out) {
    List<ProviderSettings> providers =
        gateway.providers().stream()
            .filter(p -> request.getProvider().isEmpty() || p.name().equals(request.getProvider()))
            .toList();
    if (providers.isEmpty()) {
      out.onError(
          Status.NOT_FOUND
              .withDescription("there is no provider \"%s\"".formatted(request.getProvider()))
              .asRuntimeException());
      return;
    }
    ignoreCancel(out);
    var _ =
        known
            .of(providers)
            .thenAccept(
                listed -> {
                  ListModelsResponse.Builder response = ListModelsResponse.newBuilder();
                  listed.forEach(of -> response.addProviders(described(of)));
                  out.onNext(response.build());
                  out.onCompleted();
                });
  }

  /// Else answering a call that was cancelled would throw.
  private static void ignoreCancel(StreamObserver<?> out) {
    ((ServerCallStreamObserver<?>) out).setOnCancelHandler(() -> {});
  }

  /// What a provider has, and which of its credentials have no luck.
  private static Provider described(Listed listed) {
    Told best = listed.best();
    Provider.Builder described =
        Provider.newBuilder()
            .setName(listed.provider().name())
            .setKind(listed.provider().kind().text())
            .addAllModels(best.models());
    if (best.failure() != null) {
      described.setError(Responses.error(best.failure()));
    }
    for (Told told : listed.told()) {
      KnownCredential.Builder credential = described.addCredentialsBuilder();
      credential.setName(told.credential());
      if (told.failure() != null) {
        credential.setError(Responses.error(told.failure()));
      }
    }
    return described.build();
  }
}

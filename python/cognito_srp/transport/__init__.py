"""How calls reach Cognito: protocols as steps, and what drives them through a boto3 client."""

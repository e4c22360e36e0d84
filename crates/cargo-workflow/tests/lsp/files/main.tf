resource "aws_sfn_state_machine" "orders" {
  name     = "orders"
  role_arn = aws_iam_role.orders.arn
  definition = jsonencode({
    StartAt = "Store"
    States = {
      Store = {
        Type     = "Task"
        Resource = "arn:aws:states:::dynamodb:updateItem"
        Parameters = {
          TableName = aws_dynamodb_table.orders.name
          Key       = { id = { "S.$" = "$.id" } }
        }
        Next = "Tell"
      }
      Tell = { Type = "Succeed" }
    }
  })
}

resource "aws_sfn_state_machine" "texts" {
  name       = "texts"
  role_arn   = aws_iam_role.orders.arn
  definition = <<-EOF
    {
      "StartAt": "First",
      "States": {
        "First": {"Type": "Wait", "Seconds": 3, "Next": "Second"},
        "Second": {"Type": "Task", "Resource": "${aws_lambda_function.f.arn}", "End": true}
      }
    }
  EOF
}
